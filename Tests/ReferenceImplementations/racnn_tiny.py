"""Makes Tests/RACNNTests/Fixtures/racnn_tiny.safetensors: a tiny RA-CNN trained by PyTorch.

Ten losses of each phase, every phase from the same parameters, and the gradients of the first step
of the ranking phase. Made with torch 2.13.0+cpu and numpy; run it in this folder without arguments.
"""

import json
import math
import struct

import numpy as np
import torch
import torch.nn.functional as F

torch.manual_seed(7)
torch.set_num_threads(1)
SCALES, CLASSES, PHOTOS = 3, 4, 5
SOURCE, INPUT, CHANNELS, GRID, WIDTH = 24, 16, 12, 4, 10
SHARPNESS, MARGIN, SMOOTHING, STEPS = 20.0, 0.05, 0.1, 10
BODY, HEAD, PROPOSAL, RANKING, DECAY = 2e-3, 5e-3, 5e-3, 2e-3, 0.02


def uniform(shape, fan):
    return (2 * torch.rand(shape) - 1) * (1 / math.sqrt(fan))


def initial_parameters():
    parameters = {}

    def layer(name, outputs, *inputs, gain=1.0):
        fan = math.prod(inputs)
        parameters[name + ".weight"] = gain * uniform((outputs, *inputs), fan)
        parameters[name + ".bias"] = uniform((outputs,), fan)

    for s in range(SCALES):
        layer(f"scales.{s}.backbone.conv1", 8, 3, 3, 3, gain=2.0)
        layer(f"scales.{s}.backbone.conv2", CHANNELS, 8, 3, 3, gain=2.0)
        layer(f"scales.{s}.classifier", CLASSES, CHANNELS, gain=3.0)
        if s < SCALES - 1:
            layer(f"scales.{s}.proposal.hidden", WIDTH, CHANNELS * GRID * GRID)
            layer(f"scales.{s}.proposal.out", 3, WIDTH)
    layer("fusion", CLASSES, SCALES * CHANNELS)
    return parameters


def sample_box(source, box, size, sharpness):
    """The definition of the operator `sampleBox`, axis by axis."""
    side = source.shape[-1]
    i = torch.arange(size) + 0.5
    j = torch.arange(side) + 0.5
    half = box[:, 2:3]

    def axis(center):
        place = side * (center - half) + 2 * half * side * i / size
        radius = torch.clamp(2 * half * side / size, min=1)[:, :, None]
        weight = F.relu(1 - (j - place[:, :, None]).abs() / radius)
        weight = weight / weight.sum(2, keepdim=True)
        if sharpness is None:
            return weight
        mask = torch.sigmoid(sharpness * (j / side - (center - half)))
        mask = mask - torch.sigmoid(sharpness * (j / side - (center + half)))
        return weight * mask[:, None, :]

    return torch.einsum("nyj,ncjk,nxk->ncyx", axis(box[:, 1:2]), source, axis(box[:, 0:1]))


def initial_box(features):
    """The square of half the side with the largest summed response, on a grid of 64."""
    response = F.relu(features.detach()).double().sum(1, keepdim=True)
    fine = F.interpolate(response, size=(64, 64), mode="bilinear", align_corners=False)
    sums = F.avg_pool2d(fine, 32, stride=1)[:, 0]
    boxes = []
    for image in sums:
        y, x = divmod(int(image.argmax()), image.shape[1])
        boxes.append([(x + 16) / 64, (y + 16) / 64, 0.25])
    return torch.tensor(boxes, dtype=torch.float32)


class Network:
    def __init__(self, parameters):
        self.p = {name: value.clone() for name, value in parameters.items()}

    def view(self, s, source, box):
        p, name = self.p, f"scales.{s}"
        x = sample_box(source, box, INPUT, None if s == 0 else SHARPNESS * 2 ** (s - 1))
        for layer in ("conv1", "conv2"):
            x = F.conv2d(
                x, p[f"{name}.backbone.{layer}.weight"], p[f"{name}.backbone.{layer}.bias"],
                stride=2, padding=1)
            x = F.relu(x)
        descriptor = x.mean((2, 3))
        return box, x, descriptor, self.classify(s, descriptor)

    def classify(self, s, descriptor):
        return F.linear(
            descriptor, self.p[f"scales.{s}.classifier.weight"],
            self.p[f"scales.{s}.classifier.bias"])

    def propose(self, s, features):
        name = f"scales.{s}.proposal"
        pooled = F.adaptive_avg_pool2d(features, GRID).flatten(1)
        hidden = torch.tanh(
            F.linear(pooled, self.p[f"{name}.hidden.weight"], self.p[f"{name}.hidden.bias"]))
        v = torch.sigmoid(F.linear(hidden, self.p[f"{name}.out.weight"], self.p[f"{name}.out.bias"]))
        half = 1 / 6 + (1 / 2 - 1 / 6) * v[:, 2:3]
        return torch.cat([half + (1 - 2 * half) * v[:, 0:2], half], 1)

    def views(self, source, policy, count=SCALES):
        box = torch.full((len(source), 3), 0.5)
        views = []
        for s in range(count):
            views.append(self.view(s, source, box))
            if s + 1 < count:
                features = views[-1][1]
                child = initial_box(features) if policy == "initial" else self.propose(s, features)
                box = compose(box, child)
        return views


def compose(parent, child):
    half = parent[:, 2:3]
    return torch.cat([parent[:, :2] - half + 2 * half * child[:, :2], 2 * half * child[:, 2:3]], 1)


def cross_entropy(logits, labels):
    return F.cross_entropy(logits, labels, label_smoothing=SMOOTHING)


def heads(scale):
    return lambda net, source, labels: cross_entropy(
        net.views(source, "initial", scale)[-1][3], labels)


def classify(scale, policy):
    def loss(net, source, labels):
        with torch.no_grad():
            box = net.views(source, policy, scale)[-1][0]
        return cross_entropy(net.view(scale - 1, source, box)[3], labels)

    return loss


def classify_zoomed(net, source, labels):
    with torch.no_grad():
        boxes = [view[0] for view in net.views(source, "learned")]
    return sum(cross_entropy(net.view(s, source, boxes[s])[3], labels) for s in (1, 2))


def propose(scale):
    def loss(net, source, labels):
        with torch.no_grad():
            features = net.views(source, "learned", scale)[-1][1]
        return (net.propose(scale - 1, features) - initial_box(features)).square().sum(1).mean()

    return loss


def rank(net, source, labels):
    sure = [
        torch.softmax(view[3], 1).gather(1, labels[:, None])[:, 0]
        for view in net.views(source, "learned")
    ]
    return sum(F.relu(a - b + MARGIN).mean() for a, b in zip(sure, sure[1:]))


def fuse(net, source, labels):
    with torch.no_grad():
        rows = torch.cat([F.normalize(v[2], dim=1) for v in net.views(source, "learned")], 1)
    return F.cross_entropy(F.linear(rows, net.p["fusion.weight"], net.p["fusion.bias"]), labels)


def groups(scales, body=BODY, head=HEAD):
    return [
        ([f"scales.{s - 1}.backbone." for s in scales], body, DECAY),
        ([f"scales.{s - 1}.classifier." for s in scales], head, DECAY),
    ]


PHASES = {
    "heads 1": (heads(1), [(["scales.0.classifier."], HEAD, DECAY)]),
    "heads 3": (heads(3), [(["scales.2.classifier."], HEAD, DECAY)]),
    "classify 1": (classify(1, "initial"), groups([1])),
    "classify 2": (classify(2, "initial"), groups([2])),
    "classify 3": (classify(3, "initial"), groups([3])),
    "propose 1": (propose(1), [(["scales.0.proposal."], PROPOSAL, 0)]),
    "propose 2": (propose(2), [(["scales.1.proposal."], PROPOSAL, 0)]),
    "alternate, classifiers": (classify_zoomed, groups([2, 3])),
    "alternate, proposals": (
        rank, [(["scales.0.proposal.", "scales.1.proposal."], RANKING, 0)]),
    "fuse": (fuse, [(["fusion."], HEAD, 0)]),
}


def write(path, arrays):
    header, data = {}, b""
    for name, array in arrays.items():
        raw = np.ascontiguousarray(array, dtype="<f4").tobytes()
        header[name] = {
            "dtype": "F32", "shape": list(np.shape(array)),
            "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def main():
    parameters = initial_parameters()
    source = F.interpolate(torch.randn(PHOTOS, 3, 8, 8), size=(SOURCE, SOURCE), mode="bilinear")
    labels = torch.tensor([0, 1, 2, 3, 1])
    arrays = {"source": source, "labels": labels}
    for name, value in parameters.items():
        arrays["parameters/" + name] = value
    for phase, (loss_of, moving) in PHASES.items():
        net = Network(parameters)
        optimized = []
        for prefixes, rate, decay in moving:
            chosen = [n for n in net.p if any(n.startswith(prefix) for prefix in prefixes)]
            for name in chosen:
                net.p[name].requires_grad_(True)
            optimized.append(
                {"params": [net.p[n] for n in chosen], "lr": rate, "weight_decay": decay})
        optimizer = torch.optim.AdamW(optimized)
        losses = []
        for step in range(STEPS):
            loss = loss_of(net, source, labels)
            optimizer.zero_grad()
            loss.backward()
            if step == 0 and phase == "alternate, proposals":
                for name, value in net.p.items():
                    if value.grad is not None:
                        arrays["gradients/" + name] = value.grad.clone()
            optimizer.step()
            losses.append(loss.item())
        arrays["losses/" + phase] = torch.tensor(losses)
        print(phase, [round(x, 5) for x in losses])
    views = Network(parameters).views(source, "learned")
    arrays["boxes"] = torch.stack([view[0] for view in views])
    arrays["initial"] = initial_box(views[0][1])
    arrays["logits"] = torch.stack([view[3] for view in views])
    print("initial", arrays["initial"], arrays["boxes"])
    write(
        "../RACNNTests/Fixtures/racnn_tiny.safetensors",
        {name: value.detach().numpy() for name, value in arrays.items()})


main()
