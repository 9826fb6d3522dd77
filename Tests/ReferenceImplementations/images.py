"""Makes Tests/ImagesTests/GoldenImages.swift: files and what Pillow decodes and resizes them to.

    pip install pillow==13.0.0
    python Tests/ReferenceImplementations/images.py > Tests/ImagesTests/GoldenImages.swift

The pictures come from a generator of random numbers that the tests have, too.
"""

import base64
import hashlib
import io
import struct
import sys
import zlib

import PIL
from PIL import Image

assert PIL.__version__ == "13.0.0", "the golden values belong to Pillow 13.0.0"


def noise(width, height, channels=3, seed=1):
    """A linear congruential generator's high bytes, smoothed so that JPEG keeps something."""
    state, values = seed, bytearray()
    for _ in range(width * height * channels):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        values.append(state >> 56)
    return bytes(values)


def sha(data):
    return hashlib.sha256(data).hexdigest()


def png(width, height, depth, kind, rows, extra=b"", interlaced=False):
    """A PNG file; rows[y][x] is the tuple of the pixel's samples."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(
            ">I", zlib.crc32(name + data))

    def packed(pixels):
        bits = "".join(format(s, f"0{depth}b") for pixel in pixels for s in pixel)
        bits += "0" * (-len(bits) % 8)
        return b"\0" + bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))

    if interlaced:
        raw = b""
        for x0, y0, dx, dy in [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4),
                               (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]:
            for y in range(y0, height, dy):
                line = rows[y][x0::dx]
                if line:
                    raw += packed(line)
    else:
        raw = b"".join(packed(line) for line in rows)
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, int(interlaced))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra
            + chunk(b"IDAT", zlib.compress(raw, 9)) + chunk(b"IEND", b""))


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def grid(width, height, channels, depth, seed):
    data = noise(width, height, channels * 2, seed)
    words = [(data[i] << 8 | data[i + 1]) >> (16 - depth) for i in range(0, len(data), 2)]
    pixels = [tuple(words[i:i + channels]) for i in range(0, len(words), channels)]
    return [pixels[y * width:(y + 1) * width] for y in range(height)]


def flat(rows, pick):
    return b"".join(bytes(pick(p)) for row in rows for p in row)


def files():
    def jpeg(mode, size, **options):
        channels = {"L": 1, "RGB": 3, "CMYK": 4}[mode]
        small = Image.frombytes(mode, (4, 3), noise(4, 3, channels))
        buffer = io.BytesIO()
        small.resize(size, Image.Resampling.BILINEAR).save(buffer, "JPEG", **options)
        data = buffer.getvalue()
        return data, size, Image.open(io.BytesIO(data)).convert("RGB").tobytes()

    yield "jpeg grey", *jpeg("L", (13, 9))
    yield "jpeg 4:2:0", *jpeg("RGB", (21, 19))
    yield "jpeg progressive", *jpeg("RGB", (21, 19), progressive=True)
    yield "jpeg CMYK", *jpeg("CMYK", (11, 7))

    rows = grid(9, 5, 1, 1, 2)
    yield "png grey 1", png(9, 5, 1, 0, rows), (9, 5), flat(rows, lambda p: [255 * p[0]] * 3)
    rows = grid(7, 5, 1, 4, 3)
    yield "png grey 4 interlaced", png(7, 5, 4, 0, rows, interlaced=True), (7, 5), flat(
        rows, lambda p: [17 * p[0]] * 3)
    rows = grid(6, 5, 1, 16, 4)
    yield "png grey 16", png(6, 5, 16, 0, rows), (6, 5), flat(rows, lambda p: [p[0] >> 8] * 3)
    rows = grid(10, 9, 4, 16, 5)
    yield "png RGBA 16 interlaced", png(10, 9, 16, 6, rows, interlaced=True), (10, 9), flat(
        rows, lambda p: [s >> 8 for s in p[:3]])
    rows = grid(5, 4, 2, 8, 6)
    yield "png grey with alpha", png(5, 4, 8, 4, rows), (5, 4), flat(rows, lambda p: [p[0]] * 3)
    palette = noise(4, 1, 3, 7)
    rows = grid(9, 4, 1, 2, 8)
    extra = chunk(b"gAMA", struct.pack(">I", 30000)) + chunk(b"PLTE", palette) + chunk(
        b"tRNS", b"\0\x40\xff")
    yield "png palette with gamma and transparency", png(9, 4, 2, 3, rows, extra), (9, 4), flat(
        rows, lambda p: palette[3 * p[0]:3 * p[0] + 3])


def resizes():
    for source, target in [
        ((500, 375), (448, 448)), ((37, 53), (20, 17)), ((20, 17), (37, 53)), ((64, 3), (64, 2)),
        ((3, 64), (2, 64)), ((1, 1), (5, 7)), ((5, 7), (1, 1)), ((200, 150), (7, 300)),
        ((333, 111), (224, 224)), ((448, 448), (128, 128)), ((2, 2), (3, 3)),
        ((22, 77), (6, 39)), ((24, 40), (22, 36)), ((24, 41), (22, 36)), ((300, 400), (300, 100)),
        ((400, 300), (100, 300)), ((375, 500), (448, 448)), ((1200, 1800), (300, 448)),
    ]:
        image = Image.frombytes("RGB", source, noise(*source))
        yield source, target, image.resize(target, Image.Resampling.BILINEAR).tobytes()
    # Extremes: sums of rounded weights must not leave the range.
    image = Image.frombytes("RGB", (101, 97), b"\xff" * (3 * 101 * 97))
    assert set(image.resize((33, 250), Image.Resampling.BILINEAR).tobytes()) == {255}


def literal(data, indent):
    text = base64.b64encode(data).decode()
    lines = [text[i:i + 88] for i in range(0, len(text), 88)]
    return '"""\n' + "".join(f"{indent}{line}\\\n" for line in lines[:-1]) + (
        f'{indent}{lines[-1]}\n{indent}"""')


print(f"// Made by Tests/ReferenceImplementations/images.py with Pillow {PIL.__version__}.")
print("""
/// A file and its pixels.
struct GoldenFile: Sendable {
  let name: String
  let width: Int
  let height: Int
  let hash: String
  let base64: String
}

/// What a picture of random samples is resized to.
struct GoldenResize: Sendable {
  let source: (width: Int, height: Int)
  let target: (width: Int, height: Int)
  /// The first samples of the result.
  let first: [UInt8]
  let hash: String
}

let goldenFiles: [GoldenFile] = [""")
for name, data, (width, height), pixels in files():
    print(f'  GoldenFile(\n    name: "{name}", width: {width}, height: {height},')
    print(f'    hash: "{sha(pixels)}",')
    print(f"    base64: {literal(data, '      ')}),")
print("]\n\nlet goldenResizes: [GoldenResize] = [")
for source, target, pixels in resizes():
    print(f"  GoldenResize(\n    source: {source}, target: {target},")
    print(f"    first: {list(pixels[:12])},")
    print(f'    hash: "{sha(pixels)}"),')
print("]")
