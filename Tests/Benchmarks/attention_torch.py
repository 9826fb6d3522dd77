"""The peer of `racnn-benchmark attention` and `racnn-benchmark backbone`, on PyTorch.

Ran with torch 2.15.0, timm 1.0.31. The arguments and the lines are those of racnn-benchmark.

    python attention_torch.py attention 4096
    python attention_torch.py backbone vit_tiny_patch16_224 8 5
"""
import argparse
import resource
import time
import torch
import torch.nn.functional as F


def memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def measure(step, steps):
    step()
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(steps):
        step()
    return (time.process_time() - cpu) / steps, (time.perf_counter() - wall) / steps


def attention(a):
    inputs = [torch.rand(a.batch, a.heads, a.tokens, a.width) - 0.5 for _ in range(3)]
    outputs = [torch.zeros_like(inputs[0]) for _ in range(5 if a.gradient else 1)]
    before = memory()
    del outputs

    def step():
        if not a.gradient:
            with torch.no_grad():
                return F.scaled_dot_product_attention(*inputs)[0, 0, 0, 0].item()
        variables = [i.detach().requires_grad_() for i in inputs]
        return torch.autograd.grad(F.scaled_dot_product_attention(*variables).sum(), variables)[0][0, 0, 0, 0].item()

    cpu, wall = measure(step, a.steps)
    direction = "forward and back" if a.gradient else "forward"
    print(f"torch attention {direction} {a.batch} x {a.heads} heads of {a.width}, {a.tokens} tokens, threads={a.threads}: "
          f"{cpu * 1e3:.3f} CPU ms a step, {wall * 1e3:.3f} ms, {memory() - before} MiB above inputs and outputs")


def backbone(a):
    import timm
    model = timm.create_model(a.backbone, num_classes=1000).train()
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-4, momentum=0.9)
    photos, labels = torch.randn(a.batch, 3, a.size, a.size), torch.randint(1000, (a.batch,))

    def step():
        optimizer.zero_grad()
        F.cross_entropy(model(photos), labels).backward()
        optimizer.step()

    cpu, wall = measure(step, a.steps)
    print(f"torch train {a.backbone} {a.size} batch={a.batch} threads={a.threads}: "
          f"{cpu:.3f} CPU s a step, {wall:.3f} s, {memory()} MiB")


parser = argparse.ArgumentParser()
commands = parser.add_subparsers(required=True)
one = commands.add_parser("attention")
one.set_defaults(run=attention)
one.add_argument("tokens", type=int)
for name, value in {"heads": 8, "width": 64, "batch": 1, "steps": 5}.items():
    one.add_argument("--" + name, type=int, default=value)
one.add_argument("--gradient", action="store_true")
two = commands.add_parser("backbone")
two.set_defaults(run=backbone)
two.add_argument("backbone")
two.add_argument("batch", type=int)
two.add_argument("steps", type=int)
two.add_argument("--size", type=int, default=224)
for command in [one, two]:
    command.add_argument("--threads", type=int, default=2)
arguments = parser.parse_args()
torch.set_num_threads(arguments.threads)
torch.manual_seed(1)
arguments.run(arguments)
