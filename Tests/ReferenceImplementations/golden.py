"""What the scripts share: cases with gradients, and the safetensors files they are kept in."""
import json, os, struct
import numpy as np
import torch

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
torch.set_default_dtype(torch.float64)
torch.manual_seed(20170721)


def write(path, arrays, metadata):
    """Write float32 arrays as safetensors."""
    header, offset = {"__metadata__": metadata}, 0
    arrays = {k: np.array(v, dtype="<f4", order="C") for k, v in arrays.items()}
    for name, array in arrays.items():
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [offset, offset + array.nbytes]}
        offset += array.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path = os.path.join(TESTS, path)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(a.tobytes() for a in arrays.values()))
    print(f"{path}: {len(arrays)} arrays, {os.path.getsize(path)} bytes")


class Cases:
    """Cases of one fixture: inputs, attributes, output, and the gradients of sum(output * pattern)."""

    def __init__(self):
        self.arrays, self.attributes, self.counts = {}, {}, {}

    def add(self, operator, function, *inputs, differentiable=True, **attributes):
        """One case; inputs are rounded to float32, attributes are numbers or lists of them."""
        index = self.counts[operator] = self.counts.get(operator, -1) + 1
        name = f"{operator}.{index}"
        inputs = [i.detach().float().double().requires_grad_(differentiable) for i in inputs]
        output = function(*inputs)
        self.attributes[name] = {k: v if isinstance(v, list) else [v] for k, v in attributes.items()}
        for i, tensor in enumerate(inputs):
            self.arrays[f"{name}/input.{i}"] = tensor.detach().numpy()
        self.arrays[f"{name}/output"] = output.detach().numpy()
        if differentiable:
            pattern = torch.randn(output.shape).float().double()
            self.arrays[f"{name}/pattern"] = pattern.numpy()
            for i, gradient in enumerate(torch.autograd.grad((output * pattern).sum(), inputs)):
                self.arrays[f"{name}/gradient.{i}"] = gradient.numpy()

    def write(self, path):
        write(path, self.arrays, {"attributes": json.dumps(self.attributes), "torch": torch.__version__})


def normal(*shape):
    return torch.randn(shape)


def positive(*shape):
    return torch.rand(shape) + 0.3
