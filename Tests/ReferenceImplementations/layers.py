"""Golden values of NeuralNetworks: layers, losses, five steps of each optimizer, schedules.

Ran with torch 2.13.0, numpy 2.4.6. Writes Tests/NeuralNetworksTests/Fixtures/*.safetensors.
"""
import torch
import torch.nn.functional as F
from torch import nn
from golden import normal, positive, write

FOLDER = "NeuralNetworksTests/Fixtures/"


def rounded(tensor):
    return tensor.detach().float().double()


def layer(arrays, name, module, x):
    """Parameters before, input, output, gradients of sum(output * pattern), and statistics after."""
    with torch.no_grad():
        for key, value in module.state_dict().items():
            if "num_batches" not in key:
                positive_ones = "var" in key or (value.dim() == 1 and key.endswith("weight"))
                value.copy_(rounded(positive(*value.shape) if positive_ones else 0.5 * normal(*value.shape)))
    for key, value in module.state_dict().items():
        if "num_batches" not in key:
            arrays[f"{name}/parameters/{key}"] = value.clone()
    x = rounded(x).requires_grad_()
    output = module(x)
    pattern = rounded(normal(*output.shape))
    names, parameters = zip(*module.named_parameters())
    gradients = torch.autograd.grad((output * pattern).sum(), [x, *parameters])
    arrays.update({f"{name}/input": x.detach(), f"{name}/output": output.detach(), f"{name}/pattern": pattern})
    for key, gradient in zip(["input", *names], gradients):
        arrays[f"{name}/gradients/{key}"] = gradient
    for key, value in module.named_buffers():
        if "num_batches" not in key:
            arrays[f"{name}/after/{key}"] = value


class ConvolutionBatchNorm(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.bn = nn.Conv2d(3, 9, 3, 2, 1, bias=False), nn.BatchNorm2d(9, eps=1e-3)

    def forward(self, x):
        return F.relu6(self.bn(self.conv(x)))


def layers():
    a = {}
    layer(a, "linear", nn.Linear(7, 5), normal(4, 7))
    layer(a, "linearDeep", nn.Linear(7, 5), normal(2, 3, 7))
    layer(a, "linearPlain", nn.Linear(7, 5, bias=False), normal(4, 7))
    layer(a, "convolution", nn.Conv2d(6, 10, 3, 2, 1, groups=2), normal(2, 6, 7, 5))
    layer(a, "layerNorm", nn.LayerNorm(9), 3 * normal(2, 4, 9))
    layer(a, "batchNormTrained", nn.BatchNorm2d(9, momentum=0.1), 2 * normal(3, 9, 4, 3) + 1)
    layer(a, "batchNormFrozen", nn.BatchNorm2d(9).eval(), 2 * normal(3, 9, 4, 3) + 1)
    layer(a, "foldedTrained", ConvolutionBatchNorm(), 2 * normal(2, 3, 9, 7))
    layer(a, "foldedFrozen", ConvolutionBatchNorm().eval(), 2 * normal(2, 3, 9, 7))
    prediction, target = rounded(2 * normal(5, 4)), rounded(2 * normal(5, 4))
    a["losses/prediction"], a["losses/target"] = prediction, target
    p = prediction.clone().requires_grad_()
    for name, loss in {
        "meanSquaredError": F.mse_loss(p, target), "smoothL1": F.smooth_l1_loss(p, target),
        "crossEntropy": F.cross_entropy(p, target.softmax(1)),
    }.items():
        a[f"losses/{name}"] = loss.detach()
        a[f"losses/{name}/gradient"] = torch.autograd.grad(loss, p)[0]
    write(FOLDER + "layers.safetensors", a, {"torch": torch.__version__})


def optimizers():
    """Two groups; b has no gradient in the third step; the rate halves after the second."""
    a = {"w": rounded(normal(3, 7)), "b": rounded(normal(5))}
    start = {k: v.clone() for k, v in a.items()}
    gradients = [{k: rounded(normal(*v.shape)) for k, v in start.items()} for _ in range(5)]
    for i, step in enumerate(gradients):
        a.update({f"gradient.{i}/{k}": v for k, v in step.items()})
    makers = {
        "sgd": lambda groups: torch.optim.SGD(groups, momentum=0.9),
        "sgdPlain": lambda groups: torch.optim.SGD(groups, momentum=0),
        "adamW": lambda groups: torch.optim.AdamW(groups, betas=(0.9, 0.99), eps=1e-6),
    }
    for name, make in makers.items():
        w, b = (start[k].clone().requires_grad_() for k in "wb")
        optimizer = make([{"params": [w], "lr": 0.1, "weight_decay": 0.05}, {"params": [b], "lr": 0.02, "weight_decay": 0}])
        rates = [group["lr"] for group in optimizer.param_groups]
        for i, step in enumerate(gradients):
            w.grad, b.grad = step["w"].clone(), None if i == 2 else step["b"].clone()
            for group, rate in zip(optimizer.param_groups, rates):
                group["lr"] = rate if i < 2 else rate / 2
            optimizer.step()
            a[f"{name}.{i}/w"], a[f"{name}.{i}/b"] = w.detach().clone(), b.detach().clone()
    # The factor of each of ten steps of which the first three warm up.
    weight = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=1.0)
    after = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 7, eta_min=0.1)
    factors = [0.25, 0.5, 0.75]
    for _ in range(8):
        factors.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        after.step()
    a["cosine"] = torch.tensor(factors)
    write(FOLDER + "optimizers.safetensors", a, {"torch": torch.__version__})


layers()
optimizers()
