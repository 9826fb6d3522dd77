#!/usr/bin/env python3
"""How much of a photo a network should be shown: the figures beside Source.swift.

    views.py WEIGHTS.safetensors CUB_FOLDER [SIZE]

A linear classifier on the descriptors of tf_efficientnet_lite0, scored by five-fold
cross-validation on the training photos of a data set in the layout of CUB-200-2011.
Measured with torch 2.13.0, timm 1.0 and Pillow 13.0.0.
"""
import json, struct, sys
import numpy as np, timm, torch
import torch.nn.functional as F
from PIL import Image

weights, folder = sys.argv[1:3]
size = int(sys.argv[3]) if len(sys.argv) > 3 else 128
SOURCE = 448


def lines(name):
    return dict(line.split() for line in open(f"{folder}/{name}"))


def network():
    data = open(weights, "rb").read()
    (length,) = struct.unpack("<Q", data[:8])
    state = {}
    for name, entry in json.loads(data[8 : 8 + length]).items():
        if name == "__metadata__":
            continue
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        values = np.frombuffer(data[start:end], dtype=np.float32).reshape(entry["shape"])
        state[name] = torch.from_numpy(values.copy())
    model = timm.create_model("tf_efficientnet_lite0", num_classes=1000)
    model.load_state_dict(state)
    return model.eval()


def middle(photo, part):
    side = min(photo.size) * part
    w, h = photo.size
    box = ((w - side) / 2, (h - side) / 2, (w + side) / 2, (h + side) / 2)
    return photo.resize((SOURCE, SOURCE), Image.BILINEAR, box=box)


def padded(photo):
    w, h = (round(side * SOURCE / max(photo.size)) for side in photo.size)
    square = Image.new("RGB", (SOURCE, SOURCE), (124, 116, 104))
    square.paste(photo.resize((w, h), Image.BILINEAR), ((SOURCE - w) // 2, (SOURCE - h) // 2))
    return square


views = {
    "squashed": lambda photo: photo.resize((SOURCE, SOURCE), Image.BILINEAR),
    "with bars": padded,
    "square in the middle": lambda photo: middle(photo, 1),
    "7/8 of that": lambda photo: middle(photo, 7 / 8),
}
names, labels, split = (lines(f + ".txt") for f in ("images", "image_class_labels", "train_test_split"))
ids = [i for i in names if split[i] == "1"]
photos = [Image.open(f"{folder}/images/{names[i]}").convert("RGB") for i in ids]
classes = sorted({int(labels[i]) for i in ids})
target = torch.tensor([classes.index(int(labels[i])) for i in ids])
order = torch.randperm(len(ids), generator=torch.Generator().manual_seed(0))
model = network()
for title, view in views.items():
    inputs = torch.stack([
        (torch.from_numpy(np.array(view(p).resize((size, size), Image.BILINEAR))).permute(2, 0, 1) - 127.0) / 128
        for p in photos
    ])
    with torch.no_grad():
        features = torch.cat([model.forward_features(b).mean((2, 3)) for b in inputs.split(32)])
    right = 0
    for fold in range(5):
        held = torch.zeros(len(ids), dtype=bool)
        held[order[fold::5]] = True
        weight = torch.zeros(features.shape[1], len(classes), requires_grad=True)
        bias = torch.zeros(len(classes), requires_grad=True)
        optimizer = torch.optim.LBFGS([weight, bias], max_iter=60)

        def closure():
            optimizer.zero_grad()
            logits = features[~held] @ weight + bias
            loss = F.cross_entropy(logits, target[~held]) + 1e-3 * (weight**2).sum()
            loss.backward()
            return loss

        optimizer.step(closure)
        right += ((features[held] @ weight + bias).argmax(1) == target[held]).sum().item()
    print(f"{title}: {100 * right / len(ids):.1f} %", flush=True)
