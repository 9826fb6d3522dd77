"""Golden values of attention: the operator, and PyTorch's transformer layers with masks and odd sizes.

Ran with torch 2.15.0, numpy 2.4.6. Writes Tests/TensorsTests/Fixtures/attention.safetensors and
Tests/NeuralNetworksTests/Fixtures/transformer.safetensors.
"""
import math
import torch
import torch.nn.functional as F
from torch import nn
from golden import Cases, normal, write


def rounded(tensor):
    return tensor.detach().float().double()


def heads(x, count):
    return x.unflatten(2, (count, -1)).transpose(1, 2)


def attend(q, k, v, count, keys=None, causal=False, bias=None):
    """Rows side by side in, and out. A mask of keys is 1 where there is a token."""
    scores = torch.zeros(q.shape[0], 1, q.shape[1], k.shape[1])
    if causal:
        scores = scores.masked_fill(torch.ones(scores.shape[2:]).tril().logical_not(), -math.inf)
    if keys is not None:
        scores = scores.masked_fill(keys[:, None, None, :] == 0, -math.inf)
    if bias is not None:
        scores = scores + bias
    y = F.scaled_dot_product_attention(heads(q, count), heads(k, count), heads(v, count), attn_mask=scores)
    return y.transpose(1, 2).flatten(2)


def operators():
    cases = Cases()

    def add(name, n, l, s, count, width, value, **options):
        q, k, v = normal(n, l, count * width), normal(n, s, count * width), normal(n, s, count * value)
        keys, bias = options.get("keys"), options.get("bias")
        cases.add(
            name, lambda q, k, v: attend(q, k, v, count, keys, options.get("causal", False), bias), q, k, v, heads=count,
            causal=int(options.get("causal", False)),
            keys=[] if keys is None else keys.flatten().tolist(),
            bias=[] if bias is None else bias.flatten().tolist(), biasShape=[] if bias is None else list(bias.shape))

    add("attention", 2, 5, 7, 1, 4, 4)
    add("attention", 1, 1, 3, 2, 5, 3)
    add("attention", 2, 50, 67, 2, 5, 7)
    add("attention", 1, 49, 300, 1, 16, 16)
    add("attention", 1, 3, 33, 2, 70, 65)
    add("causal", 2, 9, 9, 2, 4, 4, causal=True)
    add("causal", 1, 61, 50, 1, 3, 5, causal=True)
    add("causal", 1, 5, 270, 1, 3, 5, causal=True)
    mask = (torch.rand(2, 21) < 0.6).double()
    mask[:, 3] = 1
    add("padding", 2, 6, 21, 2, 6, 6, keys=mask)
    add("padding", 2, 21, 21, 3, 4, 4, keys=mask, causal=False)
    both = mask.clone()
    both[:, 0] = 1
    add("padding", 2, 21, 21, 1, 4, 4, keys=both, causal=True)
    for shape in [(6, 9), (3, 1, 6, 9), (1, 2, 6, 9), (3, 2, 6, 9)]:
        add("additive", 3, 6, 9, 2, 5, 5, bias=rounded(normal(*shape)))
    infinite = rounded(normal(6, 9))
    infinite[torch.rand(6, 9) < 0.3] = -1e9
    add("additive", 1, 6, 9, 1, 5, 5, bias=infinite)
    cases.write("TensorsTests/Fixtures/attention.safetensors")


def module(arrays, name, layer, inputs, call):
    """Parameters, inputs, output, and the gradients of sum(output * pattern) to all of them."""
    with torch.no_grad():
        for key, value in layer.state_dict().items():
            scale = 1 if value.dim() == 1 else 1 / math.sqrt(value.shape[1])
            value.copy_(rounded(scale * normal(*value.shape)))
    inputs = [rounded(i).requires_grad_() for i in inputs]
    output = call(layer, *inputs)
    pattern = rounded(normal(*output.shape))
    names, parameters = zip(*layer.named_parameters())
    gradients = torch.autograd.grad((output * pattern).sum(), [*inputs, *parameters])
    for key, value in layer.state_dict().items():
        arrays[f"{name}/parameters/{key}"] = value.clone()
    for i, value in enumerate(inputs):
        arrays[f"{name}/input.{i}"] = value.detach()
    arrays.update({f"{name}/output": output.detach(), f"{name}/pattern": pattern})
    for key, gradient in zip([*(f"input.{i}" for i in range(len(inputs))), *names], gradients):
        arrays[f"{name}/gradients/{key}"] = gradient


def layers():
    a = {}
    padding = torch.tensor([[0, 0, 0, 0, 0], [0, 0, 0, 1, 1]]).bool()
    a["padding"] = padding.logical_not().double()
    causal = torch.ones(5, 5).triu(1).bool()
    one = lambda m, x: m(x, x, x, need_weights=False)[0]
    module(a, "selfAttention", nn.MultiheadAttention(12, 3, batch_first=True), [normal(2, 5, 12)], one)
    module(a, "selfAttentionPlain", nn.MultiheadAttention(12, 3, bias=False, batch_first=True), [normal(2, 5, 12)], one)
    module(a, "selfAttentionMasked", nn.MultiheadAttention(10, 2, batch_first=True), [normal(2, 5, 10)],
           lambda m, x: m(x, x, x, key_padding_mask=padding, attn_mask=causal, need_weights=False)[0])
    module(a, "crossAttention", nn.MultiheadAttention(12, 4, batch_first=True),
           [normal(2, 3, 12), normal(2, 5, 12), normal(2, 5, 12)],
           lambda m, q, k, v: m(q, k, v, key_padding_mask=padding, need_weights=False)[0])
    for first in [False, True]:
        suffix = "First" if first else "Last"
        options = dict(dropout=0, norm_first=first, batch_first=True)
        module(a, f"encoderLayer{suffix}", nn.TransformerEncoderLayer(12, 3, 20, activation="gelu", layer_norm_eps=1e-3, **options),
               [normal(2, 5, 12)], lambda m, x: m(x, src_key_padding_mask=padding))
        module(a, f"decoderLayer{suffix}", nn.TransformerDecoderLayer(12, 3, 20, **options), [normal(2, 4, 12), normal(2, 5, 12)],
               lambda m, x, memory: m(x, memory, tgt_mask=causal[:4, :4], memory_key_padding_mask=padding))
    module(a, "transformer", nn.Transformer(12, 3, 2, 2, 20, dropout=0, batch_first=True), [normal(2, 5, 12), normal(2, 4, 12)],
           lambda m, x, y: m(x, y, tgt_mask=causal[:4, :4], src_key_padding_mask=padding, memory_key_padding_mask=padding))
    write("NeuralNetworksTests/Fixtures/transformer.safetensors", a, {"torch": torch.__version__})


operators()
layers()
