"""The peer of `racnn-benchmark train` and `infer`: the same network on PyTorch and timm, or, exported
from there by another process, on ONNX Runtime or OpenVINO. The arguments and the line are the same.

Ran with torch 2.15.0, timm 1.0.31, onnx 1.23.2, onnxruntime 1.32.0, openvino 2026.4.

    python network_torch.py infer efficientnet_lite0 4 8 --engine openvino
"""
import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time


def network(name, classes, zoom):
    import timm
    import torch
    from torch import nn
    import torch.nn.functional as F

    class APN(nn.Module):
        def __init__(self, channels):
            super().__init__()
            self.hidden, self.out = nn.Linear(channels * 49, 1024), nn.Linear(1024, 3)

        def forward(self, features):
            v = torch.tanh(self.hidden(F.adaptive_avg_pool2d(features, 7).flatten(1)))
            v = torch.sigmoid(self.out(v))
            tl = 1 / 6 + v[:, 2] / 3
            return tl + (1 - 2 * tl) * v[:, 0], tl + (1 - 2 * tl) * v[:, 1], tl

    def crop(x, tx, ty, tl, k=10.0):
        n, _, height, width = x.shape

        def side(count, c):
            g = (torch.arange(count, dtype=x.dtype) + 0.5)[None] / count
            return torch.sigmoid(k * (g - (c - tl)[:, None])) - torch.sigmoid(k * (g - (c + tl)[:, None]))

        def places(c):
            step = (torch.arange(zoom, dtype=x.dtype) + 0.5)[None] / zoom
            return 2 * ((c - tl)[:, None] + 2 * tl[:, None] * step) - 1

        masked = x * (side(height, ty)[:, :, None] * side(width, tx)[:, None, :])[:, None]
        columns = places(tx)[:, None, :].expand(n, zoom, zoom)
        rows = places(ty)[:, :, None].expand(n, zoom, zoom)
        return F.grid_sample(masked, torch.stack([columns, rows], 3), align_corners=False)

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.backbones = nn.ModuleList(
                timm.create_model(name, num_classes=0, global_pool="") for _ in range(3))
            c = 512 if name.startswith("vgg") else self.backbones[0].num_features
            self.classifiers = nn.ModuleList(nn.Linear(c, classes) for _ in range(3))
            self.apns = nn.ModuleList(APN(c) for _ in range(2))
            self.fusion = nn.Linear(3 * c, classes)

        def forward(self, x):
            logits, descriptors = [], []
            for s in range(3):
                features = self.backbones[s].forward_features(x)
                d = features.mean((2, 3))
                logits.append(self.classifiers[s](d))
                descriptors.append(F.normalize(d))
                if s < 2:
                    x = crop(x, *self.apns[s](features))
            return (*logits, self.fusion(torch.cat(descriptors, 1)))

    return Network()


def torch_step(a):
    import torch
    import torch.nn.functional as F
    torch.set_num_threads(a.threads)
    model = network(a.backbone, a.classes, a.zoom).train(a.mode == "train")
    x, y = torch.randn(a.batch, 3, a.scale1, a.scale1), torch.randint(a.classes, (a.batch,))
    if a.freeze_bn:
        for module in model.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.eval()
    if a.engine == "channels_last":
        model, x = model.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
    if a.mode == "export":
        torch.onnx.export(model, (x,), a.path, dynamo=False, opset_version=20)
        sys.exit()
    optimizer = torch.optim.SGD(model.parameters(), 1e-4, momentum=0.9)

    def infer():
        with torch.inference_mode():
            model(x)

    def train():
        *logits, fused = model(x)
        loss = sum(F.cross_entropy(l, y) for l in [*logits, fused])
        p = [l.softmax(1).gather(1, y[:, None]) for l in logits]
        loss = loss + sum(F.relu(p[s] - p[s + 1] + 0.05).mean() for s in range(2))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()

    return train if a.mode == "train" else infer


def exported_step(a):
    import numpy
    path = tempfile.mkdtemp() + "/network.onnx"
    command = [sys.executable, __file__, "export", *sys.argv[2:], "--path", path]
    command[command.index("--engine") + 1] = "eager"
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    x = numpy.random.randn(a.batch, 3, a.scale1, a.scale1).astype(numpy.float32)
    if a.engine == "onnxruntime":
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = a.threads
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        feed = {session.get_inputs()[0].name: x}
        step = lambda: session.run(None, feed)
    else:
        import openvino
        compiled = openvino.Core().compile_model(path, "CPU", {
            "INFERENCE_NUM_THREADS": a.threads, "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": "f32"})
        step = lambda: compiled(x)
    os.remove(path)
    return step


parser = argparse.ArgumentParser()
parser.add_argument("mode", choices=["train", "infer", "export"])
parser.add_argument("backbone")
parser.add_argument("batch", type=int)
parser.add_argument("steps", type=int)
for option, value in {"threads": 2, "classes": 200, "scale1": 448, "zoom": 224}.items():
    parser.add_argument("--" + option, type=int, default=value)
engines = ["eager", "channels_last", "onnxruntime", "openvino"]
parser.add_argument("--engine", choices=engines, default="eager")
parser.add_argument("--freeze-bn", action="store_true")
parser.add_argument("--path")
a = parser.parse_args()
step = (exported_step if a.engine in engines[2:] else torch_step)(a)
step()
wall, cpu = time.perf_counter(), time.process_time()
for _ in range(a.steps):
    step()
wall, cpu, images = time.perf_counter() - wall, time.process_time() - cpu, a.batch * a.steps
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(f"peer {a.mode} {a.backbone} {a.scale1}/{a.zoom} batch={a.batch} threads={a.threads} engine={a.engine}"
      f"{' freeze-bn' if a.freeze_bn else ''}: {images / wall:.3f} images/s, {cpu / images:.3f} CPU s/image, "
      f"{peak:.0f} MiB")
