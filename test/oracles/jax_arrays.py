"""ResNet-18 in Flax, its variables as a NumPy archive: usage: jax_arrays.py FOLDER"""

import sys

import flax
import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np

from cases import SEED, Cases, random_images

SIDE = 224


class Network(nn.Module):
    """`named`: modules are called as PyTorch's; else Flax numbers them."""

    named: bool

    @nn.compact
    def __call__(self, x):
        x = nn.relu(self.norm("bn1", self.conv("conv1", x, 64, 7, 2)))
        x = nn.max_pool(x, (3, 3), (2, 2), ((1, 1), (1, 1)))
        for stage, filters in enumerate([64, 128, 256, 512]):
            for block in range(2):
                name = f"layer{stage + 1}_{block}" if self.named else None
                x = Block(self.named, filters, 2 if stage > 0 and block == 0 else 1, name=name)(x)
        return nn.Dense(1000, name="fc" if self.named else None)(x.mean((1, 2)))

    def conv(self, name, x, filters, size, stride):
        return conv(self.named, name, x, filters, size, stride)

    def norm(self, name, x):
        return norm(self.named, name, x)


class Block(nn.Module):
    named: bool
    filters: int
    stride: int

    @nn.compact
    def __call__(self, x):
        y = nn.relu(norm(self.named, "bn1", conv(self.named, "conv1", x, self.filters, 3, self.stride)))
        y = norm(self.named, "bn2", conv(self.named, "conv2", y, self.filters, 3, 1))
        if self.stride > 1:
            x = conv(self.named, "downsample_0", x, self.filters, 1, self.stride)
            x = norm(self.named, "downsample_1", x)
        return nn.relu(x + y)


def conv(named, name, x, filters, size, stride):
    side = (size // 2, size // 2)
    return nn.Conv(filters, (size, size), (stride, stride), padding=(side, side), use_bias=False,
                   name=name if named else None)(x)


def norm(named, name, x):
    return nn.BatchNorm(use_running_average=True, epsilon=1e-5, name=name if named else None)(x)


def disturbed(path, value, random):
    """Batch-norms of a new network do nothing."""
    last = path[-1]
    if last in ("scale", "var"):
        return random.uniform(0.5, 1.5, value.shape).astype(np.float32)
    if last in ("bias", "mean"):
        return random.normal(0, 0.1, value.shape).astype(np.float32)
    return np.asarray(value)


def main(folder):
    cases = Cases(folder, "jax-arrays.json")
    images = random_images(2, SIDE)
    last = jnp.transpose(images, (0, 2, 3, 1))
    for kind, named in (("named as in PyTorch", True), ("numbered", False)):
        network = Network(named)
        random = np.random.default_rng(SEED)
        flat = flax.traverse_util.flatten_dict(network.init(jax.random.key(SEED), last))
        flat = {path: disturbed(path, value, random) for path, value in flat.items()}
        with jax.default_matmul_precision("highest"):
            logits = network.apply(flax.traverse_util.unflatten_dict(flat), last)
        file = cases.path(f"flax-{kind}", "npz")
        np.savez(file, **{"/".join(path): value for path, value in flat.items()})
        cases.add(f"ResNet-18 of Flax, {kind}", file, images, np.asarray(logits), tool="flax", version=flax.__version__,
                  form="npz, channels last")
    cases.write()


main(sys.argv[1])
