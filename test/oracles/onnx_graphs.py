"""ONNX graphs by both exporters of PyTorch, and quantised by ONNX Runtime: usage: onnx_graphs.py FOLDER"""

import sys
import warnings

import numpy as np
import onnx
import onnxruntime
import torch
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, quantize_static

from cases import Cases, random_images
from torch_networks import build, logits_of, version_of

SIDE = 96
# The classifier of a VGG wants maps of 7 x 7.
SIDE_OF_VGG = 224
# Network, operator set of the old exporter or None for the new one, whether it is compressed as well.
EXPORTS = [
    ("torchvision/resnet18", 11, False),
    ("torchvision/resnet18", 13, False),
    ("torchvision/resnet18", 17, True),
    ("torchvision/resnet18", None, False),
    ("torchvision/vgg11_bn", 17, False),
    ("torchvision/mobilenet_v2", None, False),
    ("torchvision/mobilenet_v3_small", 17, True),
    ("torchvision/mobilenet_v3_small", None, False),
    ("torchvision/shufflenet_v2_x0_5", 17, True),
    ("torchvision/shufflenet_v2_x0_5", None, False),
    ("torchvision/squeezenet1_0", None, False),
    ("torchvision/densenet121", 17, False),
    ("torchvision/densenet121", None, False),
    ("torchvision/efficientnet_b0", 17, True),
    ("torchvision/efficientnet_b0", None, False),
    ("torchvision/mnasnet0_5", 17, False),
    ("torchvision/regnet_y_400mf", 17, False),
    ("torchvision/googlenet", 17, False),
    ("timm/resnet18", 17, False),
    ("timm/mobilenetv3_small_050", 17, False),
    ("timm/mobilenetv3_small_050", None, False),
    ("timm/ghostnet_100", 17, False),
    ("timm/regnety_002", 17, False),
    ("timm/repvgg_a0", 17, False),
    ("timm/res2net50_26w_4s", 17, False),
    ("timm/cspresnet50", None, False),
    ("timm/dla34", None, False),
    ("timm/efficientnet_lite0", 17, False),
]
QUANTISED = ["torchvision/resnet18", "torchvision/mobilenet_v2"]


def export(network, images, file, opset):
    example = (torch.from_numpy(images[:1]),)
    names = {"input_names": ["images"], "output_names": ["logits"]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if opset is None:
            torch.onnx.export(network, example, file, dynamo=True, verbose=False,
                              dynamic_shapes=({0: torch.export.Dim("batch")},), **names)
        else:
            torch.onnx.export(network, example, file, dynamo=False, opset_version=opset,
                              dynamic_axes={"images": {0: "batch"}}, **names)


class Calibration(CalibrationDataReader):
    def __init__(self):
        self.left = iter([{"images": random_images(8, SIDE)}])

    def get_next(self):
        return next(self.left, None)


def cuts_off(rounding, values, made):
    """
    Whether a ReLU was left out before codes of 8 bits that begin with zero: behind a layer or a sum. What comes of
    numbers from 0 on, such as their average, had none; that its codes end somewhere is rounding, too.
    """
    zero = values[rounding.input[2]]
    before = made[rounding.input[0]].op_type if rounding.input[0] in made else ""
    return zero.item() == np.iinfo(zero.dtype).min and before in ("Conv", "Gemm", "MatMul", "Add")


def weights_alone(file):
    """
    A quantised graph with its activations not rounded: the studio dequantises. What cuts off below zero, because its
    zero is the lowest code, stands for a ReLU that the quantiser has left out, and still cuts off on both sides.
    """
    model = onnx.load(file)
    values = {each.name: onnx.numpy_helper.to_array(each) for each in model.graph.initializer}
    made = {output: node for node in model.graph.node for output in node.output}
    dequantised = [node for node in model.graph.node
                   if node.op_type == "DequantizeLinear" and node.input[0] not in values]
    instead = {}
    for node in dequantised:
        rounding = made[node.input[0]]
        instead[node.output[0]] = rounding.output[0] if cuts_off(rounding, values, made) else rounding.input[0]

    def source(name):
        while name in instead:
            name = instead[name]
        return name
    for node in dequantised:
        model.graph.node.remove(node)
    for node in [each for each in model.graph.node if each.op_type == "QuantizeLinear"]:
        if not cuts_off(node, values, made):
            model.graph.node.remove(node)
            continue
        highest = np.array(255 * values[node.input[1]].item(), np.float32)
        bounds = {f"{node.name}.lowest": np.array(0, np.float32), f"{node.name}.highest": highest}
        model.graph.initializer.extend(onnx.numpy_helper.from_array(value, name) for name, value in bounds.items())
        node.op_type = "Clip"
        node.input[:] = [node.input[0], *bounds]
    for node in model.graph.node:
        node.input[:] = [source(name) for name in node.input]
    for output in model.graph.output:
        if output.name in instead:
            model.graph.node.append(onnx.helper.make_node("Identity", [source(output.name)], [output.name]))
    return model.SerializeToString()


def run(model, images):
    options = onnxruntime.SessionOptions()
    # What is left over of the rounding is told otherwise, constant by constant.
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return session.run(None, {"images": images})[0]


def main(folder):
    cases = Cases(folder, "onnx-graphs.json")
    for name, opset, compress in EXPORTS:
        library, short = name.split("/")
        images = random_images(2, SIDE_OF_VGG if short.startswith("vgg") else SIDE)
        network = build(name)
        form = f"ONNX, operator set {opset}" if opset else "ONNX by torch.export"
        file = cases.path(f"{library}-{short}-{opset or 'dynamo'}", "onnx")
        try:
            export(network, images, file, opset)
        except Exception as error:  # the exporter's own limits are no finding about the studio, but are told
            print(f"not exported: {name}, {form}: {error}", file=sys.stderr)
            continue
        cases.add(f"{short} of {library}, {form}", file, images, logits_of(network, images), tool=library,
                  version=version_of(name), form=form, compress=compress, build=name)
    images = random_images(2, SIDE)
    for name in QUANTISED:
        short = name.split("/")[1]
        plain = cases.path(f"{short}-to-quantise", "onnx")
        file = cases.path(f"{short}-int8", "onnx")
        export(build(name), images, plain, 17)
        quantize_static(plain, file, Calibration(), quant_format=QuantFormat.QDQ, per_channel=True)
        cases.add(f"{short}, int8", file, images, run(weights_alone(file), images), tool="onnxruntime.quantization",
                  version=onnxruntime.__version__, form="ONNX, QDQ")
    cases.write()


main(sys.argv[1])
