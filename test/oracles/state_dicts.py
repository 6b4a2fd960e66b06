"""State dicts as people have them: usage: state_dicts.py FOLDER"""

import argparse
import collections
import datetime
import pathlib
import sys

import numpy as np
import safetensors.torch
import torch

from cases import Cases, random_images
from torch_networks import build, logits_of, version_of

SIDE = 224
TORCH = torch.__version__.split("+")[0]


def prefixed(prefix):
    return lambda state: {prefix + name: value for name, value in state.items()}


def lightning(state):
    return {
        "epoch": 3,
        "global_step": 100,
        "pytorch-lightning_version": "2.5.0",
        "state_dict": prefixed("model.")(state),
        "hyper_parameters": argparse.Namespace(lr=0.1, data=pathlib.PurePosixPath("/data")),
        "optimizer_states": [{"state": {0: {"exp_avg": torch.zeros(3)}}, "param_groups": [{"lr": 0.1}]}],
    }


def script_of_usual_kind(state):
    return {
        "net": collections.OrderedDict(state),
        "acc": np.float64(93.5),
        "epoch": np.int64(7),
        "when": datetime.datetime(2024, 5, 1),
        "args": argparse.Namespace(arch="resnet18", path=pathlib.PurePosixPath("runs")),
    }


def with_moving_average(state):
    return {"state_dict": {name: value + 1 for name, value in state.items()}, "state_dict_ema": dict(state)}


def hwio(state):
    """As JAX keeps them: convolutions height, width, in, out; matrices in, out."""
    def turned(value):
        if value.ndim == 4:
            return value.permute(2, 3, 1, 0)
        return value.T if value.ndim == 2 else value
    return {name: turned(value).contiguous().numpy() for name, value in state.items() if value.ndim > 0}


# What is done to the state dict of resnet18, and options of the import.
FORMS = {
    "plain": (lambda state: state, []),
    "data-parallel": (prefixed("module."), []),
    "compiled": (prefixed("_orig_mod."), []),
    "compiled-data-parallel": (prefixed("module._orig_mod."), []),
    "lightning": (lightning, []),
    "with-metrics": (script_of_usual_kind, []),
    "moving-average": (with_moving_average, ["--key", "state_dict_ema"]),
}
OTHERS = ["torchvision/resnet50", "torchvision/vgg16_bn", "torchvision/squeezenet1_1", "torchvision/mobilenet_v2"]
TIMM = ["timm/resnet18", "timm/resnet50", "timm/mobilenetv2_100"]


def main(folder):
    cases = Cases(folder, "state-dicts.json")
    images = random_images(2, SIDE)

    def add(name, network, file, form, tool="torch", version=TORCH, **more):
        cases.add(name, file, images, logits_of(network, images), tool=tool, version=version, form=form, **more)

    resnet = build("torchvision/resnet18")
    for kind, (change, options) in FORMS.items():
        file = cases.path(f"resnet18-{kind}", "pth")
        torch.save(change(resnet.state_dict()), file)
        more = {"compress": True, "build": "torchvision/resnet18"} if kind == "plain" else {}
        add(f"resnet18, {kind}", resnet, file, "torch.save", options=options, **more)

    file = cases.path("resnet18-legacy", "pth")
    torch.save(resnet.state_dict(), file, _use_new_zipfile_serialization=False)
    add("resnet18, legacy", resnet, file, "torch.save, legacy")

    for kind, half in [("float16", torch.float16), ("bfloat16", torch.bfloat16)]:
        rounded = build("torchvision/resnet18").to(half).float()
        file = cases.path(f"resnet18-{kind}", "pth")
        torch.save(rounded.to(half).state_dict(), file)
        add(f"resnet18, {kind}", rounded.float(), file, "torch.save")

    for kind, hook in [
        ("weight-norm", torch.nn.utils.weight_norm),
        ("weight-norm-parametrized", torch.nn.utils.parametrizations.weight_norm),
        ("spectral-norm", torch.nn.utils.spectral_norm),
        ("spectral-norm-parametrized", torch.nn.utils.parametrizations.spectral_norm),
    ]:
        normed = build("torchvision/resnet18")
        for module in list(normed.modules()):
            if isinstance(module, torch.nn.Conv2d):
                hook(module)
        normed.eval()
        file = cases.path(f"resnet18-{kind}", "pth")
        torch.save(normed.state_dict(), file)
        add(f"resnet18, {kind}", normed, file, "torch.save")

    file = cases.path("resnet18-hwio", "npz")
    np.savez(file, **hwio(resnet.state_dict()))
    add("resnet18, channels last", resnet, file, "npz", tool="numpy", version=np.__version__)

    for name in OTHERS:
        network = build(name)
        short = name.split("/")[1]
        file = cases.path(short, "pth")
        torch.save(network.state_dict(), file)
        add(short, network, file, "torch.save", tool="torchvision", version=version_of(name),
            compress=short != "vgg16_bn" and short != "resnet50", build=name)

    for name in TIMM:
        network = build(name)
        short = name.split("/")[1]
        file = cases.path(f"timm-{short}", "safetensors")
        safetensors.torch.save_file(network.state_dict(), file)
        add(f"{short} of timm", network, file, "safetensors", tool="timm", version=version_of(name))
    cases.write()


main(sys.argv[1])
