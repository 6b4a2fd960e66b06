"""Is there a predictor that wins? Bytes against the error of the weights, of predictors and of codes, without any data.

All represent the 3 x 3 convolutions of the sample network and are counted alike: integers by the length of an adaptive code
of order 0 (Krichevsky and Trofimov's estimator over the integers that occur, two bytes a histogram for their range), nothing
else. So the figures compare methods; files have headers, permutations and kept tensors on top of them.

- codes: rounded weights, a histogram a layer; of the discrete cosine transform, a histogram a layer and frequency.
- scales: the same transformed codes under Laplace distributions whose scales a small predictor gives from the coordinate.
- latents: nine integers a kernel and a decoder that is linear, or has a hidden layer, trained for error plus rate.
- predictor: fitted, then rounded with one step a matrix; "penalised" goes on training its integers for error plus rate.

Run: python3 test/bench/predictor_rates.py [--steps 3000] [--hidden-size 128] [--rate-steps 1000] [--parts predictor]
"""
import argparse
import math
import time

import torch

from optimizers import Contender, problem, represented_layers, SAMPLE

MUON = "muon:0.02"


def code_bits(codes):
    """Bits of an adaptive code of integers [n], and of the range it is told."""
    counts = torch.unique(codes, return_counts=True)[1].double()
    symbols, total = len(counts), float(counts.sum())
    nats = (
        math.lgamma(total + symbols / 2)
        - math.lgamma(symbols / 2)
        + symbols * math.lgamma(0.5)
        - float(torch.lgamma(counts + 0.5).sum())
    )
    return nats / math.log(2) + 16


def transform():
    """Orthonormal two-dimensional cosine transform of a kernel's nine weights, [9, 9]."""
    at = torch.arange(3)
    one = torch.cos(math.pi * (at[None] + 0.5) * at[:, None] / 3) * math.sqrt(2 / 3)
    one[0] /= math.sqrt(2)
    return torch.kron(one, one)


def relative_error(decoded, targets):
    return float((decoded - targets).norm() / targets.norm())


def layer_slices():
    slices, start = [], 0
    for weight in represented_layers(SAMPLE):
        kernels = weight.shape[0] * weight.shape[1]
        slices.append(slice(start, start + kernels))
        start += kernels
    return slices


def histogram_bytes(codes, slices, columns):
    """Of codes [kernels, 9] with a histogram for each layer, and for each column where `columns`."""
    bits = 0
    for rows in slices:
        parts = codes[rows].T if columns else [codes[rows].flatten()]
        bits += sum(code_bits(part) for part in parts)
    return bits / 8


class RateTable:
    """Bits of a value between integers, by the present histogram of the rounded values: differentiable in the value."""

    def __init__(self):
        self.lengths = None

    def renew(self, values):
        codes = values.detach().round().long()
        self.lowest = int(codes.min()) - 2
        counts = torch.bincount((codes - self.lowest).flatten(), minlength=int(codes.max()) - self.lowest + 3) + 0.5
        self.lengths = -(counts / counts.sum()).log2()

    def bits(self, values):
        below = values.detach().floor()
        index = (below.long() - self.lowest).clamp(0, len(self.lengths) - 2)
        low, high = self.lengths[index], self.lengths[index + 1]
        return (low + (high - low) * (values - below)).sum()


def rounded(values):
    """Rounds, and lets gradients through."""
    return values + (values.round() - values).detach()


class Adam:
    def __init__(self, parameters, rate, steps):
        self.inner = torch.optim.Adam(parameters, rate, (0.9, 0.99))
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.inner, lambda step: 0.5 * (1 + math.cos(math.pi * min(1, step / steps)))
        )

    def step(self, loss):
        self.inner.zero_grad()
        loss.backward()
        self.inner.step()
        self.schedule.step()


def code_rows(targets, slices, steps):
    for title, basis, columns in (("rounded weights", torch.eye(9), False), ("cosine transform", transform(), True)):
        for step in steps:
            codes = (targets @ basis.T / step).round()
            yield title, f"step {step}", relative_error(codes * step @ basis, targets), histogram_bytes(codes, slices, columns)


def scale_rows(rows, targets, slices, steps, training_steps):
    """Codes of the transform whose distribution a predictor of 24 units says: one scale a frequency and kernel."""
    basis = transform()
    for step in steps:
        codes = (targets @ basis.T / step).round()
        torch.manual_seed(1)
        net = torch.nn.Sequential(torch.nn.Linear(rows.shape[1], 24), torch.nn.ReLU(), torch.nn.Linear(24, 9))
        offsets = torch.nn.Parameter(torch.stack([codes[part].abs().mean(0).clamp_min(0.05).log() for part in slices]))
        layer = torch.cat([torch.full((part.stop - part.start,), at) for at, part in enumerate(slices)])

        def bits_of(chosen):
            scale = (offsets[layer[chosen]] + net(rows[chosen])).clamp(-4, 4).exp()
            ratio = torch.exp(-1 / scale)
            nats = codes[chosen].abs() / scale - torch.log((1 - ratio) / (1 + ratio))
            return nats.sum() / math.log(2)

        optimiser = Adam([*net.parameters(), offsets], 3e-3, training_steps)
        for _ in range(training_steps):
            chosen = torch.randint(len(rows), (4096,))
            optimiser.step(bits_of(chosen) / 4096)
        with torch.no_grad():
            bits = sum(float(bits_of(part)) for part in torch.arange(len(rows)).split(8192))
        numbers = sum(parameter.numel() for parameter in [*net.parameters(), offsets])
        error = relative_error(codes * step @ basis, targets)
        yield "scales by coordinate", f"step {step}, codes alone", error, bits / 8
        yield "scales by coordinate", f"step {step}, with {numbers} numbers at 8 bits", error, bits / 8 + numbers


def latent_rows(targets, slices, steps, training_steps):
    """Nine integers a kernel, and a decoder: linear, or with 32 hidden units beside the linear part; stored in 16 bits."""
    size = float(targets.square().mean().sqrt())
    for hidden in (0, 32):
        for step in steps:
            torch.manual_seed(1)
            linear = torch.nn.Parameter(transform().T * step)
            latents = torch.nn.Parameter(targets @ transform().T / step)
            net = torch.nn.Sequential(torch.nn.Linear(9, max(1, hidden)), torch.nn.Tanh(), torch.nn.Linear(max(1, hidden), 9))
            torch.nn.init.zeros_(net[2].weight)
            torch.nn.init.zeros_(net[2].bias)
            decode = lambda codes: codes @ linear.T + (size * net(codes * step / size) if hidden else 0)
            tables = [[RateTable() for _ in range(9)] for _ in slices]
            networks = [linear, *(net.parameters() if hidden else [])]
            slow, fast = Adam(networks, 1e-3 * step, training_steps), Adam([latents], 0.02, training_steps)
            # Of a uniform quantiser at high rate: the slope of distortion against bits.
            price = 2 * math.log(2) * step**2 / 12
            for at in range(training_steps):
                if at % 20 == 0:
                    for part, row in zip(slices, tables):
                        for column, table in enumerate(row):
                            table.renew(latents[part][:, column])
                bits = sum(
                    table.bits(latents[part][:, column])
                    for part, row in zip(slices, tables)
                    for column, table in enumerate(row)
                )
                loss = (decode(rounded(latents)) - targets).square().sum() + price * bits
                slow.inner.zero_grad()
                fast.step(loss)
                slow.inner.step()
                slow.schedule.step()
            with torch.no_grad():
                codes = latents.round()
                error = relative_error(decode(codes), targets)
            stored = 2 * sum(parameter.numel() for parameter in networks)
            yield ("latents, decoder with a hidden layer" if hidden else "latents, linear decoder"), f"step {step}", error, histogram_bytes(codes, slices, True) + stored


def predictor_bytes(matrices, steps):
    return sum(code_bits((matrix / step).round()) for matrix, step in zip(matrices, steps)) / 8 + 4 * len(steps)


def predictor_rows(rows, targets, given, levels, prices):
    sizes = [rows.shape[1], *[given.hidden_size] * 4, targets.shape[1]]
    contender = Contender(MUON, sizes, given.steps, len(rows))
    contender.run(rows, targets, given.steps)
    fitted = [(weight.detach().clone(), bias.detach().clone()) for weight, bias in contender.layers]
    yield "predictor, float32", f"hidden size {given.hidden_size}", contender.relative_error(rows, targets), 4 * sum(
        weight.numel() + bias.numel() for weight, bias in fitted
    )

    def steps_of(level):
        # A fraction of the deviation: the same bits a weight in every matrix.
        return [float(values.std()) / level for pair in fitted for values in pair]

    def decoded(values):
        contender.layers = list(zip(values[::2], values[1::2]))
        return contender.predict(rows)

    for level in levels:
        steps = steps_of(level)
        plain = [values for pair in fitted for values in pair]
        with torch.no_grad():
            codes = [(values / step).round() * step for values, step in zip(plain, steps)]
            error = relative_error(decoded(codes), targets)
        yield "predictor, rounded", f"{level} steps a deviation", error, predictor_bytes(plain, steps)
        for price in prices:
            yield penalised(contender, rows, targets, given, plain, steps, level, price)


def penalised(contender, rows, targets, given, plain, steps, level, price):
    """Goes on training the integers: relative error plus `price` times their bits in millions."""
    latents = [torch.nn.Parameter(values / step) for values, step in zip(plain, steps)]
    tables = [RateTable() for _ in latents]
    optimiser = Adam(latents, 0.05, given.rate_steps)
    draws = torch.Generator().manual_seed(3)
    for at in range(given.rate_steps):
        if at % 10 == 0:
            for table, values in zip(tables, latents):
                table.renew(values)
        values = [rounded(latent) * step for latent, step in zip(latents, steps)]
        contender.layers = list(zip(values[::2], values[1::2]))
        chosen = torch.randperm(len(rows), generator=draws)[:8192]
        error = (contender.predict(rows[chosen]) - targets[chosen]).norm() / targets[chosen].norm()
        bits = sum(table.bits(latent) for table, latent in zip(tables, latents))
        optimiser.step(error + price * bits / 1e6)
    with torch.no_grad():
        codes = [latent.round() * step for latent, step in zip(latents, steps)]
        contender.layers = list(zip(codes[::2], codes[1::2]))
        error = relative_error(contender.predict(rows), targets)
    title = "predictor, trained rounded" if price == 0 else "predictor, penalised"
    return title, f"{level} steps a deviation, price {price}", error, predictor_bytes(codes, steps)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--steps", type=int, default=3000)
    options.add_argument("--hidden-size", type=int, default=128)
    options.add_argument("--rate-steps", type=int, default=1000)
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--parts", nargs="+", default=["codes", "scales", "latents", "predictor"])
    options.add_argument("--levels", type=float, nargs="+", default=[6, 12])
    options.add_argument("--prices", type=float, nargs="+", default=[0, 2, 6])
    given = options.parse_args()
    torch.set_num_threads(given.threads)
    rows, targets = problem(1.25, "none")
    slices = layer_slices()
    size = float(targets.square().mean().sqrt())
    steps = [round(size * factor, 4) for factor in (0.5, 1, 1.5)]
    print("| representation | setting | relative error | bytes | processor time |")
    print("| --- | --- | --- | --- | --- |")
    started = time.process_time()
    sources = {
        "codes": lambda: code_rows(targets, slices, steps),
        "scales": lambda: scale_rows(rows, targets, slices, steps, given.rate_steps),
        "latents": lambda: latent_rows(targets, slices, steps, given.rate_steps),
        "predictor": lambda: predictor_rows(rows, targets, given, given.levels, given.prices),
    }
    for part in given.parts:
        for title, setting, error, size_bytes in sources[part]():
            seconds = time.process_time() - started
            print(f"| {title} | {setting} | {error:.3f} | {size_bytes:,.0f} | {seconds:.0f} s |", flush=True)


if __name__ == "__main__":
    main()
