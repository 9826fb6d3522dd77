"""Prints what WeightProbe gives for PyTorch and safetensors files, computed by their own libraries.

python probe_weights.py FILE...   (torch 2.13.0+cpu or later, safetensors 0.8.0)
"""

import hashlib
import sys

import torch
from safetensors.torch import load_file

NAMES = {
    torch.bool: "BOOL", torch.uint8: "U8", torch.int8: "I8", torch.int16: "I16",
    torch.int32: "I32", torch.int64: "I64", torch.float16: "F16", torch.bfloat16: "BF16",
    torch.float32: "F32", torch.float64: "F64",
}


def walk(value, path, found):
    if isinstance(value, torch.Tensor):
        found[".".join(path) or "tensor"] = value
    elif isinstance(value, dict):
        for key, item in value.items():
            walk(item, path + [str(key)], found)
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            walk(item, path + [str(index)], found)
    return found


for file in sys.argv[1:]:
    if file.endswith(".safetensors"):
        tensors = load_file(file)
    else:
        tensors = walk(torch.load(file, weights_only=True, map_location="cpu"), [], {})
    digest = hashlib.sha256()
    for name in sorted(tensors, key=lambda name: name.encode()):
        tensor = tensors[name].detach().contiguous()
        sizes = ",".join(map(str, tensor.shape))
        digest.update(f"{name}\0{NAMES[tensor.dtype]} {sizes}\0".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().tobytes())
    print(file, len(tensors), digest.hexdigest(), sep="\t")
