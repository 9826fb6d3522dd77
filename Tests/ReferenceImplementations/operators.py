"""Golden values of Tensors' operators: inputs, output, and every gradient.

Ran with torch 2.13.0, numpy 2.4.6. Writes Tests/TensorsTests/Fixtures/*.safetensors.
"""
import torch
import torch.nn.functional as F
from golden import Cases, normal, positive

FOLDER = "TensorsTests/Fixtures/"


def same(size, kernel, stride, dilation=1):
    """TensorFlow's padding of one axis: before, after."""
    total = max(0, (-(-size // stride) - 1) * stride + dilation * (kernel - 1) + 1 - size)
    return total // 2, total - total // 2


def padded(x, kernel, stride, dilation=1, value=0.0):
    top, bottom = same(x.shape[2], kernel, stride, dilation)
    left, right = same(x.shape[3], kernel, stride, dilation)
    return F.pad(x, (left, right, top, bottom), value=value)


ACTIVATIONS = [lambda x: x, F.relu, F.relu6]


def elementwise():
    c = Cases()
    pairs = [((3, 5), (3, 5)), ((2, 3, 4), (4,)), ((2, 1, 4), (3, 1)), ((), (2, 3)), ((2, 9, 3, 5), (1, 9, 1, 1)),
             ((9,), (1,)), ((2, 3, 4, 5), (2, 1, 4, 1))]
    for left, right in pairs:
        c.add("add", torch.add, normal(*left), normal(*right))
        c.add("subtract", torch.sub, normal(*left), normal(*right))
        c.add("multiply", torch.mul, normal(*left), normal(*right))
        c.add("divide", torch.div, normal(*left), positive(*right))
    for shape in [(7,), (2, 9, 3, 5)]:
        wide = lambda: 4 * normal(*shape)
        c.add("negate", torch.neg, wide())
        c.add("addScalar", lambda x: x + 1.5, wide(), value=1.5)
        c.add("scalarSubtract", lambda x: 1.5 - x, wide(), value=1.5)
        c.add("multiplyScalar", lambda x: x * 1.5, wide(), value=1.5)
        c.add("scalarDivide", lambda x: 1.5 / x, positive(*shape), value=1.5)
        c.add("divideScalar", lambda x: x / 1.5, wide(), value=1.5)
        c.add("squared", torch.square, wide())
        c.add("squareRoot", torch.sqrt, positive(*shape))
        c.add("exp", torch.exp, normal(*shape))
        c.add("log", torch.log, positive(*shape))
        c.add("relu", F.relu, wide())
        c.add("relu6", F.relu6, wide() + 2)
        c.add("gelu", F.gelu, wide())
        c.add("tanh", torch.tanh, wide())
        c.add("sigmoid", torch.sigmoid, 3 * wide())
        for i, activation in enumerate(ACTIVATIONS):
            c.add("residual", lambda a, b: activation(a + b), wide(), wide() + 2, activation=i)
        # A tensor that is used twice gets both gradients.
        c.add("twice", lambda x: x * x + x, wide())
    c.write(FOLDER + "elementwise.safetensors")


def products():
    c = Cases()
    shapes = [((3, 4), (4, 5)), ((7, 13), (13, 11)), ((1, 33), (33, 17)), ((2, 3, 4, 5), (2, 3, 5, 6)),
              ((2, 1, 4, 5), (3, 5, 6)), ((3, 4), (2, 4, 5)), ((2, 3, 4), (4, 5))]
    for left, right in shapes:
        for transposed in [(0, 0), (0, 1), (1, 0), (1, 1)]:
            a, b = normal(*left), normal(*right)
            a = a.mT if transposed[0] else a
            b = b.mT if transposed[1] else b
            c.add("matrixProduct",
                  lambda a, b: (a.mT if transposed[0] else a) @ (b.mT if transposed[1] else b),
                  a, b, left=transposed[0], right=transposed[1])
    c.write(FOLDER + "products.safetensors")


def reductions():
    c = Cases()
    x = lambda: normal(2, 9, 3, 5)
    for axes in [[0], [1], [3], [1, 3], [2, 3], [0, 2, 3], [0, 1, 2, 3]]:
        for keep in [0, 1]:
            c.add("sum", lambda x: x.sum(axes, keepdim=bool(keep)), x(), axes=axes, keep=keep)
            c.add("mean", lambda x: x.mean(axes, keepdim=bool(keep)), x(), axes=axes, keep=keep)
    for axis in [0, 1, 3]:
        for keep in [0, 1]:
            c.add("max", lambda x: x.max(axis, keepdim=bool(keep)).values, x(), axis=axis, keep=keep)
        c.add("softmax", lambda x: x.softmax(axis), 3 * x(), axis=axis)
        c.add("logSoftmax", lambda x: x.log_softmax(axis), 3 * x(), axis=axis)
        c.add("l2Normalized", lambda x: F.normalize(x, dim=axis), x(), axis=axis)
    c.add("softmax", lambda x: x.softmax(1), 200 * normal(3, 17), axis=1)
    c.add("logSoftmax", lambda x: x.log_softmax(1), 200 * normal(3, 17), axis=1)
    c.add("l2Normalized", lambda x: F.normalize(x, dim=1), normal(4, 33), axis=1)
    for smoothing in [0, 0.1]:
        for count, k in [(1, 2), (4, 7), (3, 200)]:
            classes = torch.randint(k, (count,))
            c.add("crossEntropy", lambda x: F.cross_entropy(x, classes, label_smoothing=smoothing),
                  3 * normal(count, k), classes=classes.tolist(), smoothing=smoothing)
    classes = [2, 0, 6, 2]
    c.add("picked", lambda x: x[torch.arange(4), classes], normal(4, 7), classes=classes)
    c.add("argmax", lambda x: x.argmax(1).double(), normal(5, 7), differentiable=False)
    c.write(FOLDER + "reductions.safetensors")


def movements():
    c = Cases()
    for old, new in [((2, 9, 3, 5), (2, 135)), ((2, 9, 3, 5), (6, 45)), ((12,), (3, 1, 4))]:
        c.add("reshaped", lambda x: x.reshape(new), normal(*old), shape=list(new))
    for shape, order in [((3, 5), [1, 0]), ((2, 3, 4), [2, 0, 1]), ((2, 9, 3, 5), [0, 2, 3, 1]), ((2, 9, 3, 5), [3, 1, 0, 2])]:
        c.add("transposed", lambda x: x.permute(order), normal(*shape), order=order)
    for axis, start, end in [(0, 1, 2), (1, 3, 9), (2, 0, 2), (3, 4, 5)]:
        c.add("sliced", lambda x: x.narrow(axis, start, end - start), normal(2, 9, 3, 5), axis=axis, range=[start, end])
    for axis, indices in [(0, [1, 1, 0]), (1, [8, 0, 8, 3]), (3, [4, 2])]:
        c.add("gathered", lambda x: x.index_select(axis, torch.tensor(indices)), normal(2, 9, 3, 5), axis=axis, indices=indices)
    for axis in range(4):
        shapes = [[2, 9, 3, 5] for _ in range(3)]
        for extent, shape in zip([1, 8, 3], shapes):
            shape[axis] = extent
        c.add("concatenated", lambda *x: torch.cat(x, axis), *[normal(*s) for s in shapes], axis=axis)
    c.add("concatenated", lambda *x: torch.cat(x, 1), normal(3, 8), normal(3, 5), axis=1)
    c.write(FOLDER + "movements.safetensors")


def convolutions():
    c = Cases()
    # Channels, outputs, groups, kernel, stride, dilation, padding (-1: TensorFlow's same), bias, activation
    problems = [
        (3, 5, 1, 3, 1, 1, 1, 1, 0), (3, 16, 1, 3, 2, 1, 1, 1, 1), (8, 16, 1, 1, 1, 1, 0, 0, 0),
        (16, 9, 1, 1, 1, 1, 0, 1, 2), (5, 7, 1, 1, 2, 1, 0, 1, 0), (6, 10, 2, 3, 1, 1, 1, 1, 1),
        (16, 32, 2, 3, 2, 1, 1, 1, 0), (6, 4, 1, 3, 1, 2, 2, 1, 0), (8, 8, 1, 3, 1, 1, 0, 1, 2),
        (3, 8, 1, 3, 2, 1, -1, 0, 2), (4, 6, 1, 5, 2, 1, -1, 1, 0), (4, 6, 1, 3, 2, 2, -1, 1, 1),
        (4, 6, 1, 2, 1, 1, -1, 1, 0), (3, 8, 1, 7, 2, 1, 3, 1, 1), (4, 3, 1, 3, 3, 1, 2, 0, 0),
        # depthwise
        (9, 9, 9, 3, 1, 1, 1, 1, 2), (16, 16, 16, 3, 2, 1, -1, 1, 2), (16, 16, 16, 5, 1, 1, 2, 1, 2),
        (9, 9, 9, 5, 2, 1, -1, 1, 0), (16, 16, 16, 5, 2, 1, 2, 0, 1), (8, 8, 8, 3, 1, 2, 2, 1, 0),
        (4, 8, 4, 3, 1, 1, 1, 1, 0)]
    for channels, outputs, groups, kernel, stride, dilation, padding, bias, activation in problems:
        def convolve(x, w, b=None):
            if padding < 0:
                y = F.conv2d(padded(x, kernel, stride, dilation), w, b, stride, 0, dilation, groups)
            else:
                y = F.conv2d(x, w, b, stride, padding, dilation, groups)
            return ACTIVATIONS[activation](y)
        w = normal(outputs, channels // groups, kernel, kernel)
        w = w * (4 if activation == 2 else 1) / (channels // groups * kernel * kernel) ** 0.5
        c.add("convolution", convolve, normal(2, channels, 6, 5), w, *([normal(outputs)] if bias else []),
              groups=groups, stride=stride, dilation=dilation, padding=padding, activation=activation)
    # Layouts pass from operator to operator, and a channel's lanes beyond the last stay zero.
    def chain(x, w, d, p):
        y = F.relu6(F.conv2d(x, w, stride=2, padding=1))
        z = F.conv2d(F.relu6(F.conv2d(y, d, padding=1, groups=9)), p)
        z = F.relu(z + y)
        return F.max_pool2d(torch.sigmoid(z) + z, 2).mean((2, 3))
    c.add("chain", chain, normal(2, 3, 9, 11), normal(9, 3, 3, 3), normal(9, 1, 3, 3), normal(9, 9, 1, 1))
    c.write(FOLDER + "convolutions.safetensors")


def pools():
    c = Cases()
    for channels in [9]:
        x = lambda: normal(2, channels, 7, 6)
        for window, stride, padding in [(2, 2, 0), (3, 2, 1), (3, 1, 0), (3, 2, -1), (2, 1, -1)]:
            def most(x):
                if padding < 0:
                    return F.max_pool2d(padded(x, window, stride, value=-1e30), window, stride)
                return F.max_pool2d(x, window, stride, padding)
            c.add("maxPool", most, x(), window=window, stride=stride, padding=padding)
            for counts in [0, 1]:
                def average(x):
                    if padding >= 0:
                        return F.avg_pool2d(x, window, stride, padding, count_include_pad=bool(counts))
                    share = F.avg_pool2d(padded(torch.ones_like(x), window, stride), window, stride)
                    y = F.avg_pool2d(padded(x, window, stride), window, stride)
                    return y if counts else y / share
                c.add("averagePool", average, x(), window=window, stride=stride, padding=padding, counts=counts)
        c.add("globalAveragePool", lambda x: x.mean((2, 3)), x())
        for size in [1, 3, 7]:
            c.add("adaptiveAveragePool", lambda x: F.adaptive_avg_pool2d(x, size), x(), size=size)
        c.add("adaptiveAveragePool", lambda x: F.adaptive_avg_pool2d(x, 7), normal(2, channels, 2, 14), size=7)
    c.write(FOLDER + "pools.safetensors")


def normalizations():
    c = Cases()
    for channels in [5, 16]:
        for activation in range(3):
            def statistics(x):
                return x.mean((0, 2, 3)), x.var((0, 2, 3), unbiased=False)
            x = 2 * normal(3, channels, 4, 5) + 1
            scale, shift = positive(channels) * 2, normal(channels)
            c.add("batchNorm", lambda x, s, b: ACTIVATIONS[activation](F.batch_norm(x, None, None, s, b, True, 0.1, 1e-3)),
                  x, scale, shift, epsilon=1e-3, activation=activation)
        x = 2 * normal(3, channels, 4, 5) + 1
        for i in range(2):
            c.add(f"batchStatistics{i}", lambda x, s, b: statistics(x)[i], x, scale, shift,
                  differentiable=False, epsilon=1e-5)
    for shape in [(4, 7), (2, 3, 32)]:
        c.add("layerNorm", lambda x, s, b: F.layer_norm(x, (shape[-1],), s, b, 1e-5),
              3 * normal(*shape) + 1, normal(shape[-1]), normal(shape[-1]), epsilon=1e-5)
    c.write(FOLDER + "normalizations.safetensors")


def sample_box(source, box, size, edge):
    """The box (tx, ty, tl), in units of the side S, zoomed bilinearly to size x size.

    Where the box covers more source pixels than the output has, the triangle is as wide as an output
    pixel. The paper's mask is multiplied onto the source, once the weights are normalised.
    """
    side = source.shape[-1]
    centre = torch.arange(side) + 0.5

    def along(t, half):
        t, half = t[:, None, None], half[:, None, None]
        position = side * (t - half) + 2 * half * side * ((torch.arange(size) + 0.5) / size)[None, :, None]
        radius = torch.clamp(2 * half * side / size, min=1)
        weight = F.relu(1 - (centre - position).abs() / radius)
        weight = weight / weight.sum(2, keepdim=True)
        if edge is not None:
            z = centre / side
            weight = weight * (torch.sigmoid(edge * (z - (t - half))) - torch.sigmoid(edge * (z - (t + half))))
        return weight

    across, down = along(box[:, 0], box[:, 2]), along(box[:, 1], box[:, 2])
    return torch.einsum("npi,ncij,nqj->ncpq", down, source, across)


def resamplings():
    c = Cases()
    for channels, height, width, new in [(3, 9, 7, (5, 4)), (3, 5, 6, (9, 13)), (2, 12, 5, (4, 8)), (9, 8, 8, (3, 3))]:
        c.add("resized", lambda x: F.interpolate(x, new, mode="bilinear", antialias=True, align_corners=False),
              normal(2, channels, height, width), size=list(new))
    turn = 0
    boxes = torch.tensor([[0.5, 0.5, 0.25], [0.31, 0.62, 0.3], [0.5, 0.5, 0.49], [0.17, 0.8, 0.171]])
    for side, size in [(12, 5), (12, 9), (9, 12), (11, 11), (10, 4)]:
        for edge in [None, 10.0, 40.0]:
            for channels in [3, 4] if side == 10 else [3]:
                turn += 1
                c.add("sampleBox", lambda x, b: sample_box(x, b, size, edge), normal(2, channels, side, side),
                      boxes[turn % 2 :: 2] + 0.002 * normal(2, 3), size=size, edge=-1 if edge is None else edge)
    c.write(FOLDER + "resamplings.safetensors")


for family in [elementwise, products, reductions, movements, convolutions, pools, normalizations, resamplings]:
    family()
