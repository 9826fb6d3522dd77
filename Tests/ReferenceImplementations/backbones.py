"""Golden values of the backbones: features, and a few elements of every gradient.

Ran with torch 2.15.0, timm 1.0.31, numpy 2.4.6. Writes Tests/RACNNTests/Fixtures/*.safetensors.
Weights are not stored but made by a formula, `formula` here and in BackboneTests.swift; of large
arrays a few elements are kept, `some`.
"""
import numpy as np
import timm
import torch
from torch import nn
from golden import write

FOLDER = "RACNNTests/Fixtures/"
MASK = (1 << 64) - 1


def formula(name, count):
    """Evenly distributed numbers from 0 to below 1: SplitMix64 from the FNV-1a hash of a name."""
    state = 0xCBF29CE484222325
    for byte in name.encode():
        state = (state ^ byte) * 0x100000001B3 & MASK
    with np.errstate(over="ignore"):
        z = np.uint64(state) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float32) * np.float32(2.0**-24)


def value(name, shape):
    u = torch.from_numpy(formula(name, int(np.prod(shape)))).reshape(shape)
    if name.endswith("running_var"):
        return 0.5 + u
    if name.endswith("running_mean") or name.endswith("bias"):
        return 0.4 * u - 0.2
    if len(shape) == 1:
        return 0.5 + u
    bound = np.float32(np.sqrt(np.float32(6) / np.float32(np.prod(shape[1:]))))
    return bound * (2 * u - 1)


def some(tensor, most):
    flat = tensor.detach().reshape(-1)
    return flat[:: max(1, flat.numel() // most) | 1][:most]


def golden(architecture, batch_statistics, shape):
    model = timm.create_model(architecture, num_classes=0)
    model.train(batch_statistics)
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.eval()
    for name, tensor in model.state_dict().items():
        if "num_batches" not in name:
            with torch.no_grad():
                tensor.copy_(value(name, tensor.shape))
    x = torch.from_numpy(4 * formula("input", int(np.prod(shape))) - 2).double().reshape(shape).requires_grad_()
    features = model.forward_features(x)
    pattern = torch.from_numpy(2 * formula("pattern", features.numel()) - 1).double().reshape(features.shape)
    kept = [(n, p) for n, p in model.named_parameters() if "head" not in n.split(".")[0] or "conv_head" in n]
    kept = [(n, p) for n, p in kept if not n.startswith("pre_logits")]
    gradients = torch.autograd.grad((features * pattern).sum(), [x] + [p for _, p in kept])
    arrays = {"features": some(features, 2048), "gradients/input": some(gradients[0], 512)}
    for (name, _), gradient in zip(kept, gradients[1:]):
        arrays["gradients/" + name] = some(gradient, 12)
    if batch_statistics:
        for name, tensor in model.named_buffers():
            if "num_batches" not in name:
                arrays["after/" + name] = some(tensor, 6)
    kind = "trained" if batch_statistics else "frozen"
    write(f"{FOLDER}{architecture}-{kind}.safetensors", arrays, {
        "torch": torch.__version__, "timm": timm.__version__,
        "shape": " ".join(map(str, shape)), "features": " ".join(map(str, features.shape))})
    print("deviation of the features", features.std().item(), "gradient", gradients[0].std().item())


def roll_out(model, x):
    """Abnar, Zuidema, 2020: the class token's shares of the patches through all blocks."""
    inputs = []
    hooks = [block.attn.register_forward_pre_hook(lambda _, args: inputs.append(args[0])) for block in model.blocks]
    model.forward_features(x)
    for hook in hooks:
        hook.remove()
    product = torch.eye(inputs[0].shape[1]).expand(len(x), -1, -1)
    for block, tokens in zip(model.blocks, inputs):
        attention = block.attn
        q, k = attention.qkv(tokens).unflatten(2, (3, attention.num_heads, -1)).permute(2, 0, 3, 1, 4)[:2]
        weights = (q @ k.transpose(2, 3) * attention.scale).softmax(3).mean(1)
        product = (weights + torch.eye(weights.shape[1])) / 2 @ product
    return product[:, 0, 1:]


def vision_transformer(architecture, shape):
    """The map of the patches, the class token, and the roll-out; the gradients of both outputs."""
    model = timm.create_model(architecture, num_classes=0, dynamic_img_size=True).eval()
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            tensor.copy_(value(name, tensor.shape))
    x = torch.from_numpy(4 * formula("input", int(np.prod(shape))) - 2).double().reshape(shape).requires_grad_()
    tokens = model.forward_features(x)
    features = tokens[:, 1:].transpose(1, 2).unflatten(2, (shape[2] // 16, shape[3] // 16))
    descriptor = tokens[:, 0]
    loss = 0
    for name, output in {"pattern": features, "class pattern": descriptor}.items():
        loss = loss + (output * torch.from_numpy(2 * formula(name, output.numel()) - 1).double().reshape(output.shape)).sum()
    names, parameters = zip(*model.named_parameters())
    gradients = torch.autograd.grad(loss, [x, *parameters])
    arrays = {"features": some(features, 2048), "descriptor": descriptor, "gradients/input": some(gradients[0], 512),
              "response": roll_out(model, x)}
    for name, gradient in zip(names, gradients[1:]):
        arrays["gradients/" + name] = some(gradient, 12)
    arrays = {k: v.detach() for k, v in arrays.items()}
    write(f"{FOLDER}{architecture}-{shape[2]}x{shape[3]}.safetensors", arrays, {
        "torch": torch.__version__, "timm": timm.__version__,
        "shape": " ".join(map(str, shape)), "features": " ".join(map(str, features.shape))})


vision_transformer("vit_tiny_patch16_224", (2, 3, 224, 224))
vision_transformer("vit_tiny_patch16_224", (1, 3, 96, 64))
vision_transformer("vit_small_patch16_224", (1, 3, 112, 112))
for architecture in ["tf_efficientnet_lite0", "efficientnet_lite0", "resnet18", "resnet34", "resnet50"]:
    for batch_statistics in [False, True]:
        golden(architecture, batch_statistics, (2, 3, 64, 64))
# Without batch norm there is one mode only.
golden("vgg19", False, (2, 3, 32, 64))
