"""The steps of the studio's programs in eager PyTorch, timed on request: the other side of steps.bench.ts.

The same mathematics, written the way one writes PyTorch: the network is interpreted from the studio's own description,
the losses and the two-stage gradient of the sampled kernels are those of src/engine/nern, the optimiser is
torch.optim.Adam. Network, images, indices and initial predictor come in one safetensors file, so that the losses of
both sides can be compared number by number.

Run: python3 pytorch_steps.py INPUTS.safetensors THREADS
Reads one JSON object a line from standard input and answers each with one:
  {"command": "losses", "step": STEP, "count": 3}  losses of the first steps from the initial predictor
  {"command": "time", "step": STEP, "count": 10}   milliseconds a step, after one step that does not count
  {"command": "forget"}                            frees what the steps so far hold
STEP is {"kind": "sampled" | "full", "batch": 64, "layout": "nchw" | "channels-last", "embedding": "tables" | "rows"}.
"""
import json
import struct
import sys
import time

import numpy
import torch
import torch.nn.functional as F

NORM_EPSILON = 1e-3


def read_safetensors(path):
    """Tensors by name, and the metadata."""
    with open(path, "rb") as file:
        content = file.read()
    (length,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    dtypes = {"F32": numpy.float32, "I32": numpy.int32}
    tensors = {}
    for name, entry in header.items():
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        values = numpy.frombuffer(content[start:end], dtypes[entry["dtype"]]).reshape(entry["shape"])
        tensors[name] = torch.from_numpy(values.copy())
    return tensors, metadata


def network_forward(network, parameters, images):
    """Logits and the outputs of all nodes, batch-norm by running statistics."""
    outputs = {}
    for node in network["nodes"]:
        kind = node["op"]
        x = outputs.get(node.get("input"))
        if kind == "input":
            y = images
        elif kind == "conv":
            y = F.conv2d(x, parameters[node["weight"]], None, node["stride"], node["padding"])
        elif kind == "batch-norm":
            mean, variance, weight, bias = (
                parameters[f"{node['prefix']}.{name}"] for name in ("running_mean", "running_var", "weight", "bias")
            )
            y = F.batch_norm(x, mean, variance, weight, bias, False, 0.0, node["epsilon"])
        elif kind == "relu":
            y = F.relu(x)
        elif kind == "add":
            left, right = node["inputs"]
            y = outputs[left] + outputs[right]
        elif kind == "subsample-pad":
            y = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, node["channelsBefore"], node["channelsAfter"]))
        elif kind == "global-average-pool":
            y = x.mean((2, 3))
        elif kind == "linear":
            y = F.linear(x, parameters[node["weight"]], parameters[node["bias"]])
        else:
            raise ValueError(f"unknown node {kind}")
        outputs[node["id"]] = y
    return outputs[network["output"]], outputs


def normalised(feature_map):
    """Each sample divided by its norm."""
    norms = feature_map.square().sum((1, 2, 3), keepdim=True).sqrt()
    return feature_map * (1 / (norms + NORM_EPSILON))


class Step:
    """A predictor, its optimiser and one kind of step."""

    def __init__(self, tensors, settings, step):
        self.settings = settings
        self.is_full = step["kind"] == "full"
        self.uses_rows = step["embedding"] == "rows"
        self.embedding = {name: tensors[name] for name in tensors if name.startswith("embedding.")}
        self.targets = tensors["targets"]
        # Index tables in the type PyTorch looks up with, converted once.
        self.kernel_sets = list(tensors["kernels"].long())
        self.axis_rows = {axis: tensors[f"embedding.{axis}Row"].long() for axis in ("layer", "filter", "channel")}
        self.parameters = [
            (tensors[f"predictor.{block}.weight"].clone().requires_grad_(),
             tensors[f"predictor.{block}.bias"].clone().requires_grad_())
            for block in range(settings["blocks"])
        ]
        adam = settings["adam"]
        flat = [parameter for pair in self.parameters for parameter in pair]
        self.optimizer = torch.optim.Adam(
            flat, lr=adam["learningRate"], betas=(adam["beta1"], adam["beta2"]), eps=adam["epsilon"]
        )
        self.done = 0
        if self.is_full:
            self.prepare_networks(tensors, step)

    def prepare_networks(self, tensors, step):
        layout = torch.channels_last if step["layout"] == "channels-last" else torch.contiguous_format
        # A frozen network: its weights may lie as its convolutions like them, once and for all.
        self.original = {
            name: tensor.contiguous(memory_format=layout) if tensor.dim() == 4 else tensor
            for name, tensor in tensors.items()
        }
        # NCHW as a data loader gives it; the change of layout belongs to the step.
        self.images = tensors["images"][: step["batch"]].contiguous()
        self.layout = layout
        preprocessing = self.settings["network"]["preprocessing"]
        self.mean = torch.tensor(preprocessing["mean"]).view(1, 3, 1, 1)
        self.deviation = torch.tensor(preprocessing["standardDeviation"]).view(1, 3, 1, 1)

    def first_layer(self, kernels):
        weight, bias = self.parameters[0]
        if self.uses_rows:
            rows = self.embedding["embedding.rows"]
            return F.linear(rows if kernels is None else rows[kernels], weight, bias)
        total = None
        for axis, columns in zip(("layer", "filter", "channel"), weight.chunk(3, 1)):
            table = F.linear(self.embedding[f"embedding.{axis}"], columns, bias if axis == "layer" else None)
            rows = self.axis_rows[axis] if kernels is None else self.axis_rows[axis][kernels]
            looked_up = F.embedding(rows, table)
            total = looked_up if total is None else total + looked_up
        return total

    def predict(self, kernels=None):
        """[kernels, 9]"""
        x = F.relu(self.first_layer(kernels))
        for block in range(1, len(self.parameters)):
            x = F.linear(x, *self.parameters[block])
            if block < len(self.parameters) - 1:
                x = F.relu(x)
        return x

    def run(self):
        """One step; the loss before it."""
        kernels = self.kernel_sets[self.done % len(self.kernel_sets)]
        self.done += 1
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.full_loss(kernels) if self.is_full else self.sampled_loss(kernels)
        self.optimizer.step()
        return loss

    def sampled_loss(self, kernels):
        loss = F.mse_loss(self.predict(kernels), self.targets[kernels]).sqrt()
        loss.backward()
        return loss.item()

    def full_loss(self, kernels):
        # First stage: down to the predicted weights. Second stage: the sampled rows through the predictor.
        with torch.no_grad():
            predicted = self.predict()
        predicted.requires_grad_()
        loss = self.objective(predicted)
        (row_gradients,) = torch.autograd.grad(loss, predicted)
        self.predict(kernels).backward(row_gradients[kernels])
        return loss.item()

    def objective(self, predicted):
        network, weights = self.settings["network"], self.settings["objective"]
        images = self.images.contiguous(memory_format=self.layout)
        images = (images / 255 - self.mean) / self.deviation
        with torch.no_grad():
            original_logits, original_maps = network_forward(network, self.original, images)
        parameters = {**self.original, **self.assembled(predicted)}
        logits, maps = network_forward(network, parameters, images)
        reconstruction = F.mse_loss(predicted, self.targets).sqrt()
        feature_maps = 0
        for name in network["featureMaps"]["documented"]:
            with torch.no_grad():
                wanted = normalised(original_maps[name])
            feature_maps = feature_maps + (wanted - normalised(maps[name])).square().sum() / len(images)
        distillation = F.kl_div(
            F.log_softmax(logits, 1), F.log_softmax(original_logits, 1), reduction="batchmean", log_target=True
        )
        return (
            weights["reconstruction"] * reconstruction
            + weights["featureMaps"] * feature_maps
            + weights["distillation"] * distillation
        )

    def assembled(self, predicted):
        """Weights of the represented layers, out of the rows of all kernels."""
        layers = self.settings["network"]["representedLayers"]
        parts = predicted.split([layer["shape"][0] * layer["shape"][1] for layer in layers])
        return {
            layer["name"]: part.view(layer["shape"]).contiguous(memory_format=self.layout)
            for layer, part in zip(layers, parts)
        }


def blas_library():
    """Path of the BLAS that PyTorch multiplies with; "built in" where the system does not say or torch brings its own."""
    try:
        with open("/proc/self/maps", encoding="utf-8") as maps:
            paths = {line.split(maxsplit=5)[5].strip() for line in maps if line.count("/") > 0}
    except OSError:
        return "built in"
    found = [path for path in paths if any(name in path for name in ("openblas", "libblas", "mkl_rt", "libblis"))]
    return sorted(found)[0] if found else "built in"


def milliseconds_a_step(step, count):
    step.run()
    start = time.perf_counter()
    for _ in range(count):
        step.run()
    return (time.perf_counter() - start) * 1000 / count


def main():
    path, threads = sys.argv[1], int(sys.argv[2])
    torch.set_num_threads(threads)
    tensors, metadata = read_safetensors(path)
    settings = json.loads(metadata["settings"])
    steps = {}
    torch.ones(64, 64) @ torch.ones(64, 64)
    answer = {"torch": torch.__version__, "threads": torch.get_num_threads(), "blas": blas_library()}
    print(json.dumps(answer), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        command = request["command"]
        answer = {}
        if command == "losses":
            step = Step(tensors, settings, request["step"])
            answer = {"losses": [step.run() for _ in range(request["count"])]}
        elif command == "time":
            key = json.dumps(request["step"], sort_keys=True)
            if key not in steps:
                steps[key] = Step(tensors, settings, request["step"])
            answer = {"milliseconds": milliseconds_a_step(steps[key], request["count"])}
        elif command == "forget":
            steps.clear()
        else:
            raise ValueError(f"unknown command {command}")
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
