"""Logits of packages as nern_load.py reads them: usage: packages.py LIST.json, a list of what to load and where to write.

Where its tensors are those of the PyTorch network, that network gets them. Where an exporter named them otherwise, the
studio's own ONNX file gets them instead of its own, and ONNX Runtime runs it.
"""

import json
import pathlib
import sys

import numpy as np
import onnx
import onnx.numpy_helper
import onnxruntime
import torch

from torch_networks import build, logits_of

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "resources" / "python"))
import nern_load  # noqa: E402


def by_torch(network, tensors, images):
    state = {name: torch.from_numpy(np.array(value)) for name, value in tensors.items()}
    missing, unexpected = network.load_state_dict(state, strict=False)
    if unexpected or any(not name.endswith("num_batches_tracked") for name in missing):
        return None
    return logits_of(network, images)


def by_onnx_runtime(file, tensors, images, preprocessing):
    model = onnx.load(file)
    left = set(tensors)
    for constant in model.graph.initializer:
        if constant.name not in tensors:
            continue
        value = np.array(tensors[constant.name], np.float32).reshape(tuple(constant.dims))
        constant.CopyFrom(onnx.numpy_helper.from_array(value, constant.name))
        left.discard(constant.name)
    if left:
        raise ValueError(f"the exported graph has no constant {sorted(left)[:3]}")
    mean, deviation = (np.array(preprocessing[key], np.float32).reshape(1, 3, 1, 1) for key in ("mean", "standardDeviation"))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: images * deviation + mean})[0]


def main(path):
    for each in json.loads(pathlib.Path(path).read_text()):
        images = np.fromfile(each["images"], np.float32).reshape(each["shape"])
        tensors = nern_load.load(each["package"])
        logits = by_torch(build(each["build"]), tensors, images) if each["build"] else None
        how = "PyTorch"
        if logits is None:
            how = "ONNX Runtime"
            logits = by_onnx_runtime(each["onnx"], tensors, images, nern_load.preprocessing(each["package"]))
        np.ascontiguousarray(logits, np.float32).tofile(each["logits"])
        print(f"{each['name']}: {how}")


main(sys.argv[1])
