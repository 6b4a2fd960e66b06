"""Networks of torchvision and timm by name, with seeded weights and batch-norms that do something."""

import timm
import torch
import torchvision

from cases import SEED

CLASSES = 1000


def build(name):
    """`torchvision/NAME` or `timm/NAME`, for evaluation."""
    torch.manual_seed(SEED)
    library, model = name.split("/")
    if library == "timm":
        network = timm.create_model(model, pretrained=False, num_classes=CLASSES)
    else:
        more = {"init_weights": True} if model == "googlenet" else {}
        network = torchvision.models.get_model(model, weights=None, num_classes=CLASSES, **more)
    for module in network.modules():
        if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.normal_(module.bias, 0, 0.1)
            torch.nn.init.normal_(module.running_mean, 0, 0.1)
            torch.nn.init.uniform_(module.running_var, 0.5, 1.5)
    return network.eval()


@torch.inference_mode()
def logits_of(network, images):
    return network.eval()(torch.from_numpy(images)).numpy()


def version_of(name):
    return timm.__version__ if name.startswith("timm/") else torchvision.__version__.split("+")[0]
