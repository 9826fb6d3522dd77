"""The peer of `racnn-benchmark layers`, on PyTorch: the same layers, arguments and columns.

Ran with torch 2.15.0.

    python layers_torch.py
    python layers_torch.py --lengths 196 784 --widths 64 512 --threads 1
"""
import argparse
import time
import torch
import torch.nn.functional as F


def status(name):
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(name))


def layers(n, d):
    heads = max(1, d // 64)
    q, k, v = (torch.randn(1, n, heads, d // heads).transpose(1, 2) for _ in range(3))
    yield "self-attention", 2 * n * n * d, lambda: F.scaled_dot_product_attention(q, k, v)
    lstm, sequence = torch.nn.LSTM(d, d), torch.randn(n, 1, d)
    yield "recurrent (LSTM)", 8 * n * d * d, lambda: lstm(sequence)[0]
    convolution, padded = torch.nn.Conv1d(d, d, 3, bias=False), torch.randn(1, d, n + 2)
    yield "convolution", 3 * n * d * d, lambda: convolution(padded)


def measure(step, seconds):
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    before = status("VmRSS")
    step()
    memory = max(0, status("VmHWM") - before) / 1024
    count, cpu, wall = 0, time.process_time(), time.perf_counter()
    while count < 3 or time.perf_counter() - wall < seconds:
        step()
        count += 1
    return (time.process_time() - cpu) / count * 1e3, (time.perf_counter() - wall) / count * 1e3, memory


parser = argparse.ArgumentParser()
parser.add_argument("--lengths", type=int, nargs="+", default=[32, 64, 128, 256, 512, 1024, 2048, 4096])
parser.add_argument("--widths", type=int, nargs="+", default=[32, 64, 128, 256, 512, 1024, 2048])
parser.add_argument("--length", type=int, default=256)
parser.add_argument("--width", type=int, default=256)
parser.add_argument("--seconds", type=float, default=0.3)
parser.add_argument("--threads", type=int, default=1)
arguments = parser.parse_args()
torch.set_num_threads(arguments.threads)
torch.manual_seed(1)
print("layer", "n", "d", "multiplications", "CPU ms", "ms", "MiB above inputs", sep="\t")
sizes = [(n, arguments.width) for n in arguments.lengths] + [(arguments.length, d) for d in arguments.widths]
with torch.no_grad():
    for n, d in sizes:
        for name, multiplications, step in layers(n, d):
            cpu, wall, memory = measure(step, arguments.seconds)
            print(name, n, d, multiplications, f"{cpu:.3f}", f"{wall:.3f}", f"{memory:.3f}", sep="\t")
