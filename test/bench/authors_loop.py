"""One step of the authors' training loop in eager PyTorch, timed on request: the other side of authors.bench.ts.

Written from the description of the method, in the order and with the data structures of the authors' loop: a table of
240 embedded coordinates a kernel; every kernel predicted in every step, the sampled ones with a graph and the rest
without; predicted weights copied into leaves; teacher and student run one after the other, NCHW; the three losses; the
gradient of the leaves sent through the predictor; Ranger, one tensor after another. Network, images, indices and initial
predictor come in one safetensors file, so that the losses of both sides can be compared number by number. The images are
already normalised, as a data loader would hand them over.

Run: python3 authors_loop.py INPUTS.safetensors THREADS [options]
  --teacher as-published   the teacher's parameters require gradients too, which are computed, kept and never used
  --teacher frozen         they do not
  --gradients sampled|all  which kernels get a gradient
  --sampled                reconstruction loss of all weights alone, no images and no networks
  --lean                   with --sampled: predict and compare the sampled kernels only, which the authors' code cannot
Reads one JSON object a line from standard input and answers each with one:
  {"command": "losses", "count": 8}  losses of the first steps from the initial predictor, all terms of a step together
  {"command": "time", "count": 10}   milliseconds a step, after one step that does not count
  {"command": "memory"}              largest resident set of this process so far in bytes, null where nobody says
"""
import argparse
import json
import math
import sys
import time

import torch
import torch.nn.functional as F

from pytorch_steps import NORM_EPSILON, blas_library, network_forward, read_safetensors

PROBABILITY_EPSILON = 1e-4


class Ranger:
    """Rectified Adam, lookahead and gradient centralisation (method 4.1)."""

    def __init__(self, parameters, settings):
        self.parameters = parameters
        self.settings = settings
        self.done = 0
        self.first = [torch.zeros_like(parameter) for parameter in parameters]
        self.second = [torch.zeros_like(parameter) for parameter in parameters]
        self.slow = [parameter.detach().clone() for parameter in parameters]

    def zero_grad(self):
        for parameter in self.parameters:
            parameter.grad = None

    def step_size(self):
        """Factor of the learning rate, and whether the step divides by the root of the second moment."""
        beta1, beta2 = self.settings["beta1"], self.settings["beta2"]
        power = beta2**self.done
        longest = 2 / (1 - beta2) - 1
        length = longest - 2 * self.done * power / (1 - power)
        correction = 1 - beta1**self.done
        if length <= self.settings["rectificationThreshold"]:
            return 1 / correction, False
        variance = (
            (1 - power) * (length - 4) / (longest - 4) * (length - 2) / length * longest / (longest - 2)
        )
        return math.sqrt(variance) / correction, True

    @torch.no_grad()
    def step(self):
        self.done += 1
        settings = self.settings
        beta1, beta2, rate = settings["beta1"], settings["beta2"], settings["learningRate"]
        size, is_rectified = self.step_size()
        for at, parameter in enumerate(self.parameters):
            gradient = parameter.grad
            if gradient.dim() > 1:
                gradient.sub_(gradient.mean(tuple(range(1, gradient.dim())), keepdim=True))
            self.second[at].mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
            self.first[at].mul_(beta1).add_(gradient, alpha=1 - beta1)
            parameter.sub_(parameter, alpha=settings["weightDecay"] * rate)
            if is_rectified:
                deviation = self.second[at].sqrt().add_(settings["epsilon"])
                parameter.addcdiv_(self.first[at], deviation, value=-size * rate)
            else:
                parameter.add_(self.first[at], alpha=-size * rate)
            if self.done % settings["lookaheadSteps"] == 0:
                self.slow[at].add_(parameter - self.slow[at], alpha=settings["lookaheadShare"])
                parameter.copy_(self.slow[at])


class Loop:
    """A predictor, its optimiser and the networks, ready for steps."""

    def __init__(self, tensors, settings, options):
        self.settings = settings
        self.options = options
        self.layers = settings["network"]["representedLayers"]
        self.embedding = tensors["embedding.rows"]
        self.kernel_sets = list(tensors["kernels"].long())
        self.predictor = [
            (tensors[f"predictor.{block}.weight"].clone().requires_grad_(),
             tensors[f"predictor.{block}.bias"].clone().requires_grad_())
            for block in range(settings["blocks"])
        ]
        self.optimizer = Ranger([tensor for pair in self.predictor for tensor in pair], settings["ranger"])
        self.done = 0
        names = [entry["name"] for entry in settings["network"]["parameters"]]
        self.student = {name: tensors[name] for name in names}
        self.teacher = {name: tensors[name].clone() for name in names}
        if options.teacher == "as-published":
            # Running statistics are no parameters in PyTorch.
            for entry in settings["network"]["parameters"]:
                if entry["role"] not in ("bn-mean", "bn-variance"):
                    self.teacher[entry["name"]].requires_grad_()
        self.weights = sum(tensors[layer["name"]].numel() for layer in self.layers)
        if options.lean:
            self.targets = tensors["targets"]
        if not options.sampled:
            preprocessing = settings["network"]["preprocessing"]
            mean, deviation = (
                torch.tensor(preprocessing[name]).view(1, 3, 1, 1) for name in ("mean", "standardDeviation")
            )
            self.images = (tensors["images"] / 255 - mean) / deviation

    def predict(self, kernels):
        """[kernels, 9]"""
        x = self.embedding if kernels is None else self.embedding[kernels]
        for block, (weight, bias) in enumerate(self.predictor):
            x = F.linear(x, weight, bias)
            if block < len(self.predictor) - 1:
                x = F.relu(x)
        return x

    def run(self):
        """One step; its losses before it, the weighted sum first."""
        kernels = self.kernel_sets[self.done % len(self.kernel_sets)]
        self.done += 1
        self.optimizer.zero_grad()
        losses = self.lean_step(kernels) if self.options.lean else self.step(kernels)
        self.optimizer.step()
        return losses

    def lean_step(self, kernels):
        loss = F.mse_loss(self.predict(kernels), self.targets[kernels]).sqrt()
        loss.backward()
        return [loss.item()]

    def step(self, kernels):
        rows, tracked, chosen = self.predict_all(kernels)
        leaves = {
            layer["name"]: part.view(layer["shape"]).clone().requires_grad_()
            for layer, part in zip(self.layers, rows.split([count(layer) for layer in self.layers]))
        }
        terms = self.losses(leaves)
        terms[0].backward()
        gradient = torch.cat([leaf.grad.view(-1, rows.shape[1]) for leaf in leaves.values()])
        # A kernel drawn m times is predicted m times and counts m times.
        tracked.backward(gradient if chosen is None else gradient[chosen])
        return [term.item() for term in terms]

    def predict_all(self, kernels):
        """All rows without a graph, and those with one."""
        if self.options.gradients == "all":
            tracked = self.predict(None)
            return tracked.detach(), tracked, None
        tracked = self.predict(kernels)
        is_rest = torch.ones(len(self.embedding), dtype=torch.bool)
        is_rest[kernels] = False
        rows = torch.empty(len(self.embedding), tracked.shape[1])
        with torch.no_grad():
            rows[is_rest] = self.predict(is_rest.nonzero().squeeze(1))
            rows[kernels] = tracked
        return rows, tracked, kernels

    def losses(self, leaves):
        squares = sum((self.teacher[name] - leaf).square().sum() for name, leaf in leaves.items())
        reconstruction = (squares / self.weights).sqrt()
        if self.options.sampled:
            return [reconstruction]
        network, weights = self.settings["network"], self.settings["objective"]
        teacher_logits, teacher_maps = self.forward(network, self.teacher)
        student_logits, student_maps = self.forward(network, {**self.student, **leaves})
        feature_maps = 0
        for wanted, found in zip(teacher_maps, student_maps):
            feature_maps = feature_maps + (normalised(wanted) - normalised(found)).square().sum() / len(self.images)
        probabilities = F.softmax(teacher_logits, 1)
        predictions = torch.log(F.softmax(student_logits, 1) + PROBABILITY_EPSILON)
        distillation = (probabilities * (probabilities.log() - predictions)).sum() / len(self.images)
        total = (
            weights["reconstruction"] * reconstruction
            + weights["featureMaps"] * feature_maps
            + weights["distillation"] * distillation
        )
        return [total, reconstruction, feature_maps, distillation]

    def forward(self, network, parameters):
        logits, outputs = network_forward(network, parameters, self.images)
        return logits, [outputs[name] for name in network["featureMaps"]["faithful"]]


def count(layer):
    return layer["shape"][0] * layer["shape"][1]


def normalised(feature_map):
    """Each sample divided by its norm, as rows."""
    rows = feature_map.flatten(1)
    return rows / (rows.norm(dim=1, keepdim=True) + NORM_EPSILON)


def largest_resident_set():
    try:
        with open("/proc/self/status", encoding="utf-8") as status:
            (line,) = (line for line in status if line.startswith("VmHWM:"))
    except OSError:
        return None
    return int(line.split()[1]) * 1024


def milliseconds_a_step(loop, steps):
    loop.run()
    start = time.perf_counter()
    for _ in range(steps):
        loop.run()
    return (time.perf_counter() - start) * 1000 / steps


def parse_options():
    parser = argparse.ArgumentParser()
    parser.add_argument("inputs")
    parser.add_argument("threads", type=int)
    parser.add_argument("--teacher", choices=["as-published", "frozen"], default="as-published")
    parser.add_argument("--gradients", choices=["sampled", "all"], default="sampled")
    parser.add_argument("--sampled", action="store_true")
    parser.add_argument("--lean", action="store_true")
    return parser.parse_args()


def main():
    options = parse_options()
    torch.set_num_threads(options.threads)
    tensors, metadata = read_safetensors(options.inputs)
    settings = json.loads(metadata["settings"])
    torch.ones(64, 64) @ torch.ones(64, 64)
    answer = {"torch": torch.__version__, "threads": torch.get_num_threads(), "blas": blas_library()}
    print(json.dumps(answer), flush=True)
    loop = Loop(tensors, settings, options)
    for line in sys.stdin:
        request = json.loads(line)
        command = request["command"]
        if command == "losses":
            loop = Loop(tensors, settings, options)
            answer = {"losses": [loss for _ in range(request["count"]) for loss in loop.run()]}
        elif command == "time":
            answer = {"milliseconds": milliseconds_a_step(loop, request["count"])}
        elif command == "memory":
            answer = {"bytes": largest_resident_set()}
        else:
            raise ValueError(f"unknown command {command}")
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
