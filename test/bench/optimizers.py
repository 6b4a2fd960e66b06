"""How fast optimisers fit a predictor to the weights of a network: Adam, Muon and SOAP, step by step.

The reconstruction phase alone in eager PyTorch (4,096 kernels a step, root mean squared error, cosine schedule), every
optimiser from the same predictor and with the same kernels, in turns of some steps each, so that a busy machine is busy for
all of them. Convolutions of 3 x 3 are represented, in their own order or along a cross-filter path. Prints for every
optimiser the relative error of the weights along the way and the processor time of a step.

Run: python3 test/bench/optimizers.py [--steps 3000] [--base 1.25] [--permutation none] [--run muon:0.02 soap:3e-3 ...]
An entry of --run is a method, its learning rate, and for soap the steps between two refreshes of its bases (default 10).
"""
import argparse
import math
import pathlib
import time

import torch

from pytorch_steps import read_safetensors

SAMPLE = pathlib.Path(__file__).parents[2] / "resources/samples/resnet20-cifar10.safetensors"
KERNELS_A_STEP = 4096
LEVELS = 40
# Of the rate, for what Muon and SOAP leave to Adam; the studio has the same.
ADAM_SHARE = 0.25


def represented_layers(path):
    """Weights [filters, channels, 3, 3] in the order of the file's names."""
    tensors, _ = read_safetensors(path)
    return [tensor for tensor in tensors.values() if tensor.dim() == 4 and tensor.shape[2:] == (3, 3)]


def greedy_path(kernels):
    """Order of kernels [n, 9] that goes from each to the most similar one left."""
    unit = kernels / kernels.norm(dim=1, keepdim=True).clamp_min(1e-12)
    left = torch.ones(len(kernels), dtype=torch.bool)
    order, at = [], int(kernels.norm(dim=1).argmax())
    for _ in range(len(kernels)):
        order.append(at)
        left[at] = False
        similarity = unit @ unit[at]
        similarity[~left] = -2
        at = int(similarity.argmax())
    return torch.tensor(order)


def embedded(values, base):
    """Sines and cosines of integer coordinates, [n, 2 * LEVELS]."""
    angles = values[:, None].float() * math.pi * torch.tensor(base).pow(torch.arange(LEVELS))
    return torch.cat([angles.sin(), angles.cos()], 1)


def problem(base, permutation):
    """Embedded coordinates [kernels, 240] and targets [kernels, 9]."""
    rows, targets = [], []
    for number, weight in enumerate(represented_layers(SAMPLE)):
        filters, channels = weight.shape[:2]
        kernels = weight.reshape(-1, 9)
        targets.append(kernels[greedy_path(kernels)] if permutation == "cross-filter" else kernels)
        index = torch.arange(filters * channels)
        coordinates = torch.full_like(index, number), index // channels, index % channels
        rows.append(torch.cat([embedded(values, base) for values in coordinates], 1))
    return torch.cat(rows), torch.cat(targets)


def newton_schulz(matrix):
    x = matrix / (matrix.norm() + 1e-7)
    for _ in range(5):
        gram = x @ x.T
        x = 3.4445 * x + (-4.775 * gram + 2.0315 * gram @ gram) @ x
    return x


class Adam:
    def __init__(self, beta1=0.5, beta2=0.999):
        self.betas, self.moments = (beta1, beta2), None

    def direction(self, gradient, step):
        if self.moments is None:
            self.moments = torch.zeros_like(gradient), torch.zeros_like(gradient)
        (beta1, beta2), (first, second) = self.betas, self.moments
        first.mul_(beta1).add_(gradient, alpha=1 - beta1)
        second.mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        corrected = first / (1 - beta1**step)
        return corrected / ((second / (1 - beta2**step)).sqrt() + 1e-8)


class Muon:
    """Momentum, orthogonalised (Jordan et al. 2024)."""

    def __init__(self):
        self.velocity = None

    def direction(self, gradient, step):
        if self.velocity is None:
            self.velocity = torch.zeros_like(gradient)
        self.velocity.mul_(0.95).add_(gradient)
        return newton_schulz(gradient + 0.95 * self.velocity)


class Soap:
    """Adam in the eigenbasis of Shampoo's preconditioners (Vyas et al. 2024), both sides."""

    def __init__(self, every, beta1=0.95, beta2=0.95):
        self.every, self.betas = every, (beta1, beta2)
        self.covariances = None

    def direction(self, gradient, step):
        if self.covariances is None:
            self.covariances = [gradient @ gradient.T, gradient.T @ gradient]
            self.bases = [torch.linalg.eigh(covariance)[1].flip(1) for covariance in self.covariances]
            self.first, self.second = torch.zeros_like(gradient), torch.zeros_like(gradient)
            return torch.zeros_like(gradient)
        beta1, beta2 = self.betas
        left, right = self.bases
        rotated = left.T @ gradient @ right
        self.first.mul_(beta1).add_(gradient, alpha=1 - beta1)
        self.second.mul_(beta2).addcmul_(rotated, rotated, value=1 - beta2)
        count = step - 1
        momentum = (left.T @ self.first @ right) / (1 - beta1**count)
        direction = left @ (momentum / ((self.second / (1 - beta2**count)).sqrt() + 1e-8)) @ right.T
        for covariance, product in zip(self.covariances, (gradient @ gradient.T, gradient.T @ gradient)):
            covariance.mul_(beta2).add_(product, alpha=1 - beta2)
        if step % self.every == 0:
            self.refresh()
        return direction

    def refresh(self):
        """One power iteration; columns sorted, and the second moment with them, so that it stays in its basis."""
        for axis in (0, 1):
            basis, covariance = self.bases[axis], self.covariances[axis]
            size = torch.einsum("ij,ij->j", basis, covariance @ basis)
            order = size.argsort(descending=True)
            self.second = self.second.index_select(axis, order)
            self.bases[axis] = torch.linalg.qr(covariance @ basis[:, order])[0]


class Contender:
    def __init__(self, entry, sizes, steps, total):
        self.name, self.steps, self.seconds, self.at = entry, steps, 0.0, 0
        method, rate, *every = entry.split(":")
        self.rate, self.layers, self.rules = float(rate), [], []
        generator = torch.Generator().manual_seed(1)
        for number, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
            bound = 1 / math.sqrt(inputs)
            weight = ((torch.rand(outputs, inputs, generator=generator) * 2 - 1) * bound).requires_grad_()
            bias = ((torch.rand(outputs, generator=generator) * 2 - 1) * bound).requires_grad_()
            self.layers.append((weight, bias))
            is_hidden = 0 < number < len(sizes) - 2
            rule, share = self.rule(method, is_hidden, every)
            self.rules += [(weight, rule, share), (bias, Adam(), 1 if method == "adam" else ADAM_SHARE)]
        self.draws = torch.Generator().manual_seed(2)
        self.total = total

    @staticmethod
    def rule(method, is_hidden, every):
        if method == "soap":
            return Soap(int(every[0]) if every else 10), 1
        if method == "muon":
            return (Muon(), 1) if is_hidden else (Adam(), ADAM_SHARE)
        return Adam(), 1

    def predict(self, rows):
        x = rows
        for number, (weight, bias) in enumerate(self.layers):
            x = torch.addmm(bias, x, weight.T)
            if number < len(self.layers) - 1:
                x = x.relu()
        return x

    def run(self, rows, targets, steps):
        started = time.process_time()
        for _ in range(steps):
            chosen = torch.randperm(self.total, generator=self.draws)[:KERNELS_A_STEP]
            loss = (self.predict(rows[chosen]) - targets[chosen]).square().mean().sqrt()
            loss.backward()
            rate = self.rate * 0.5 * (1 + math.cos(math.pi * self.at / self.steps))
            self.at += 1
            with torch.no_grad():
                for parameter, rule, share in self.rules:
                    parameter.sub_(rule.direction(parameter.grad, self.at), alpha=rate * share)
                    parameter.grad = None
        self.seconds += time.process_time() - started

    def relative_error(self, rows, targets):
        with torch.no_grad():
            return float((self.predict(rows) - targets).norm() / targets.norm())


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--steps", type=int, default=3000)
    options.add_argument("--hidden-size", type=int, default=160)
    options.add_argument("--base", type=float, default=1.25)
    options.add_argument("--permutation", choices=("none", "cross-filter"), default="none")
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--rounds", type=int, default=6)
    options.add_argument("--run", nargs="+", default=["adam:5e-3", "muon:0.02", "soap:3e-3"])
    given = options.parse_args()
    torch.set_num_threads(given.threads)
    rows, targets = problem(given.base, given.permutation)
    sizes = [rows.shape[1], *[given.hidden_size] * 4, targets.shape[1]]
    contenders = [Contender(entry, sizes, given.steps, len(rows)) for entry in given.run]
    print(f"{len(rows)} kernels, hidden size {given.hidden_size}, base {given.base}, permutation {given.permutation}")
    for round_ in range(given.rounds):
        upto = given.steps * (round_ + 1) // given.rounds
        for contender in contenders:
            contender.run(rows, targets, upto - contender.at)
            error = contender.relative_error(rows, targets)
            milliseconds = contender.seconds * 1000 / contender.at
            print(f"{contender.name:>16}  step {upto:>6}  relative error {error:.3f}  {milliseconds:6.1f} ms", flush=True)


if __name__ == "__main__":
    main()
