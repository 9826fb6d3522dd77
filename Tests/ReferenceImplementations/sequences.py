"""Golden values of NeuralNetworks for sequences: recurrent layers and positional encodings.

Ran with torch 2.15.0, numpy 2.4.6. Writes Tests/NeuralNetworksTests/Fixtures/sequences.safetensors.
"""
import numpy as np
import torch
from torch import nn
from golden import normal, write


def rounded(tensor):
    return tensor.detach().float().double()


def recurrent(arrays, name, module, steps, count, with_state=True):
    """Parameters, inputs, outputs, and the gradients of the sum of all outputs times patterns."""
    with torch.no_grad():
        for key, value in module.state_dict().items():
            value.copy_(rounded(0.6 * normal(*value.shape)))
            arrays[f"{name}/parameters/{key}"] = value.clone()
    halves = module.num_layers * (2 if module.bidirectional else 1)
    states = ["hidden", "cell"] if isinstance(module, nn.LSTM) else ["hidden"]
    inputs = {"input": rounded(normal(steps, count, module.input_size)).requires_grad_()}
    if with_state:
        for state in states:
            inputs[state] = rounded(normal(halves, count, module.hidden_size)).requires_grad_()
    start = tuple(inputs[s] for s in states) if with_state else None
    output, last = module(inputs["input"], start[0] if start and len(start) == 1 else start)
    outputs = {"output": output, **dict(zip(states, last if isinstance(last, tuple) else [last]))}
    loss = 0
    for key, value in outputs.items():
        pattern = rounded(normal(*value.shape))
        arrays[f"{name}/outputs/{key}"], arrays[f"{name}/patterns/{key}"] = value.detach(), pattern
        loss = loss + (value * pattern).sum()
    names, parameters = zip(*module.named_parameters())
    gradients = torch.autograd.grad(loss, [*inputs.values(), *parameters])
    arrays.update({f"{name}/inputs/{key}": value.detach() for key, value in inputs.items()})
    for key, gradient in zip([*inputs, *names], gradients):
        arrays[f"{name}/gradients/{key}"] = gradient


def positional_encoding(length, width, zero_pad, scale):
    """After Kyubyong Park's transformer (2017), with the exponent of the paper, 2i / width."""
    position_enc = np.array([
        [pos / np.power(10000, 2. * (i // 2) / width) for i in range(width)] for pos in range(length)])
    position_enc[:, 0::2] = np.sin(position_enc[:, 0::2])
    position_enc[:, 1::2] = np.cos(position_enc[:, 1::2])
    if zero_pad:
        position_enc = np.concatenate((np.zeros((1, width)), position_enc[1:, :]), 0)
    return position_enc * width ** 0.5 if scale else position_enc


a = {}
for kind, module in {"lstm": nn.LSTM, "gru": nn.GRU}.items():
    recurrent(a, kind, module(5, 7), 6, 3)
    recurrent(a, kind + "Plain", module(5, 7, bias=False), 4, 2, with_state=False)
    recurrent(a, kind + "Deep", module(3, 5, num_layers=3, bidirectional=True), 5, 2)
    recurrent(a, kind + "Single", module(4, 17), 1, 1)
    recurrent(a, kind + "Wide", module(6, 33, num_layers=2), 9, 4)
for zero_pad in [False, True]:
    for scale in [False, True]:
        a[f"sinusoidal/{int(zero_pad)}{int(scale)}"] = positional_encoding(23, 9, zero_pad, scale)
columns, rows = positional_encoding(5, 6, False, False), positional_encoding(3, 6, False, False)
a["sinusoidal2D"] = np.stack([np.tile(columns[:, c], (3, 1)) for c in range(6)] +
                             [np.tile(rows[:, c][:, None], (1, 5)) for c in range(6)])
write("NeuralNetworksTests/Fixtures/sequences.safetensors", a, {"torch": torch.__version__})
