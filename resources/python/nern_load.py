"""Reads a package of NeRN Studio into ordinary weights: of a compression (NAME.nern.safetensors) or of a baseline
(NAME.baseline.safetensors).

    weights = nern_load.load("network.nern.safetensors")      # dict of numpy arrays by state dict name

    images = nern_load.preprocessing("network.nern.safetensors")  # mean, standardDeviation, resize

In PyTorch:

    state = {name: torch.from_numpy(value) for name, value in nern_load.load(path).items()}
    network.load_state_dict(state, strict=False)               # num_batches_tracked is not stored

On the command line: python3 nern_load.py PACKAGE OUTPUT.npz (or OUTPUT.safetensors).

One file, numpy only; the package safetensors is used where it is installed. The format is described in docs/format.md.
"""

import bisect
import functools
import json
import math
import struct
import sys
import zlib

import numpy as np

VERSIONS = (1, 2, 3, 4)
BASELINE_VERSIONS = (1, 2, 3)
MOST_DESCRIPTION_BYTES = 16 * 2**20
MOST_WEIGHTS = 2**31
MOST_CODES_A_BYTE = 1024
MASK = 0xFFFFFFFF
LEAST_RANGE = 1 << 40
LEFT_RANGE = "a coded stream leaves the range of its symbols"
# Key in the metadata of a baseline's package.
BASELINE = "nern-baseline"
# Packages from before a network had a preprocessing of its own.
IMAGENET = {"mean": [0.485, 0.456, 0.406], "standardDeviation": [0.229, 0.224, 0.225], "resize": 0}
# What plain Python raises for JSON and bytes that are not what they should be.
DAMAGE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError, zlib.error)


class PackageError(ValueError):
    """The file is no package of this version, or contradicts itself."""


def _refuses(read):
    """A function that reads a file and raises nothing but PackageError, or OSError where there is none: whatever fails
    where a description is taken at its word, the file is at fault."""

    @functools.wraps(read)
    def reader(path):
        try:
            return read(path)
        except PackageError:
            raise
        except DAMAGE as error:
            reason = f"{type(error).__name__}: {error}"
            raise PackageError(f"its header or description is not as expected ({reason})") from error

    return reader


@_refuses
def load(path):
    """All tensors of the network under their original names, float32."""
    sections, metadata = _read_safetensors(path)
    description = _read_description(sections, metadata)
    if BASELINE in metadata:
        return _baseline_tensors(description, sections)
    layers = [(layer["name"], tuple(layer["shape"])) for layer in description["layers"]]
    if any(len(shape) not in (2, 4) for _, shape in layers):
        raise PackageError("a layer is neither a convolution nor a linear layer")
    if sum(math.prod(shape) for _, shape in layers) > MOST_WEIGHTS:
        raise PackageError("the package claims more weights than any network has")
    predictor = _tensors("predictor", description["predictor"]["tensors"], sections)
    kept = _tensors("kept", description["kept"], sections)
    coordinates = _coordinates(description["permutation"], layers, sections)
    return {**_weights(description, layers, coordinates, predictor), **kept}


@_refuses
def preprocessing(path):
    """What the network was trained on: mean and standardDeviation of pixels of 0 to 1, a value a channel, and the shorter
    side in pixels that images are resized to before the centre is cut out (0: not resized)."""
    network = _read_description(*_read_safetensors(path))["network"]
    return network.get("preprocessing", IMAGENET)


# --- the file ---------------------------------------------------------------------------------------------------------

DTYPES = {"F32": "<f4", "F16": "<f2", "U8": "u1"}


def _read_safetensors(path):
    with open(path, "rb") as file:
        content = file.read()
    if len(content) < 8:
        raise PackageError("the file is too short")
    (length,) = struct.unpack("<Q", content[:8])
    if length > len(content) - 8:
        raise PackageError("the file ends before its header")
    header = json.loads(content[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    data = content[8 + length :]
    sections = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        if entry["dtype"] not in DTYPES or not 0 <= begin <= end <= len(data):
            raise PackageError(f"tensor {name} does not lie in the file")
        sections[name] = data[begin:end]
    return sections, metadata


def _read_description(sections, metadata):
    mark, versions = (BASELINE, BASELINE_VERSIONS) if BASELINE in metadata else ("nern", VERSIONS)
    if mark not in metadata:
        raise PackageError("this is an ordinary safetensors file, no package of a compression or a baseline")
    version = json.loads(metadata[mark])["version"]
    if version not in versions:
        raise PackageError(f"the package has version {version}, this reader knows {versions}")
    text = zlib.decompressobj().decompress(sections["description"], MOST_DESCRIPTION_BYTES)
    description = json.loads(text.decode("utf-8"))
    for name, content in sections.items():
        if name != "description" and description["checksums"].get(name) != zlib.crc32(content):
            raise PackageError(f"tensor {name} was changed: its checksum is another")
    return description


# --- tensors at their stored precision --------------------------------------------------------------------------------


def _tensors(owner, entries, sections):
    singles = np.frombuffer(sections.get(f"{owner}.float32", b""), "<f4")
    halves = np.frombuffer(sections.get(f"{owner}.float16", b""), "<f2")
    codes = sections.get(f"{owner}.codes", b"")
    tensors = {}
    for entry in entries:
        shape = tuple(entry["shape"])
        count = kept = math.prod(shape)
        is_kept, how = None, entry
        if entry["kind"] == "sparse":
            how, kept = entry["values"], entry["positions"]["kept"]
            coded, codes = _take(codes, entry["positions"]["bytes"])
            is_kept = _positions(coded, entry["positions"]["coding"], count, kept)
        scales = np.ones(1, np.float32)
        if how["kind"] == "float32":
            stored, singles = _take(singles, kept)
        elif how["kind"] == "float16" and "bytes" in how:
            coded, codes = _take(codes, how["bytes"])
            stored = _coded_halves(coded, kept)
        elif how["kind"] == "float16":
            stored, halves = _take(halves, kept)
        elif how["kind"] == "integer":
            coded, codes = _take(codes, how["bytes"])
            # A row has a scale; a vector is one row.
            scales, halves = _take(halves, shape[0] if len(shape) > 1 else 1)
            stored = _integers(coded, how["bits"], how["coding"], kept)
        else:
            raise PackageError(f"tensor {entry['name']} is stored in an unknown way")
        values = np.zeros(count, np.float32)
        values[slice(None) if is_kept is None else is_kept] = stored
        # A product of two float32 numbers, rounded once.
        values = values.reshape(len(scales), -1) * scales.astype(np.float32)[:, None]
        tensors[entry["name"]] = values.reshape(shape)
    return tensors


def _take(sequence, count):
    if not 0 <= count <= len(sequence):
        raise PackageError("a section ends before its last tensor")
    return sequence[:count], sequence[count:]


def _unpack(data, width, count):
    """`count` numbers of `width` bits, the lowest bit first."""
    if width == 0:
        return np.zeros(count, np.int64)
    if 8 * len(data) < width * count:
        raise PackageError("packed numbers end early")
    bits = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")[: width * count]
    return bits.reshape(count, width).astype(np.int64) @ (1 << np.arange(width, dtype=np.int64))


def _unpack_all(data, width, count):
    if len(data) != (width * count + 7) // 8:
        raise PackageError("packed numbers do not fill their bytes")
    return _unpack(data, width, count)


def _integers(data, bits, coding, count):
    if bits not in range(2, 9):
        raise PackageError(f"integers of {bits} bits are unknown")
    largest = 2 ** (bits - 1) - 1
    if coding == "packed":
        codes = _unpack_all(data, bits, count) - largest
        if np.any(codes > largest):
            raise PackageError("a packed integer is larger than its bits allow")
        return codes
    symbols = _symbols(data, 2 * largest + 1, count)
    return np.where(symbols % 2 == 1, (symbols + 1) // 2, -symbols // 2)


def _coded_halves(data, count):
    """`count` halves: of each, turned left by one bit, the last 10 bits packed and the first 6 as a symbol."""
    packed = (10 * count + 7) // 8
    rest = _unpack(data[:packed], 10, count)
    turned = _symbols(data[packed:], 64, count) << 10 | rest
    return (turned >> 1 | (turned & 1) << 15).astype("<u2").view("<f2")


def _symbols(data, alphabet, count):
    """`count` symbols below `alphabet`: a histogram, then a stream coded by how many of each are still to come."""
    if count > MOST_CODES_A_BYTE * len(data):
        raise PackageError("a few bytes claim too many integers")
    width = count.bit_length()
    counts = [int(number) for number in _unpack(data, width, alphabet)]
    if sum(counts) != count:
        raise PackageError("a histogram does not add up")
    decoder = _RangeDecoder(data[(alphabet * width + 7) // 8 :])
    symbols = decoder.symbols(counts)
    decoder.assert_end()
    return symbols


def _positions(data, coding, count, kept):
    """Which of `count` values are stored: a bit each."""
    bits = _unpack_all(data, 1, count) if coding == "packed" else _symbols(data, 2, count)
    if bits.sum() != kept:
        raise PackageError("the positions of a sparse tensor do not add up")
    return bits.astype(bool)


class _RangeDecoder:
    """A coded stream. Python is slow a symbol, and streams have hundreds of thousands: the loops keep all in locals."""

    def __init__(self, data):
        # Behind the end zeros follow; no symbol takes more than 6 bytes.
        self._data = data
        self._position = 6
        self._code = int.from_bytes(data[:6].ljust(6, b"\0"), "big")
        self._range = 1 << 48

    def ranks(self, length):
        """A number below length, one below length - 1, and so on down to one below 1."""
        code, span = self._code, self._range
        ranks = []
        for total in range(length, 0, -1):
            span //= total
            rank, code = divmod(code, span)
            if rank >= total:
                raise PackageError(LEFT_RANGE)
            ranks.append(rank)
            if span < LEAST_RANGE:
                code, span = self._refill(code, span)
        self._code, self._range = code, span
        return ranks

    def symbols(self, counts):
        """As many symbols as `counts` has in all, each coded by how many of every symbol are still to come."""
        code, span = self._code, self._range
        # Counts of some symbols together, so that few are looked at one by one.
        width = max(1, math.isqrt(len(counts)) // 2)
        groups = [sum(counts[first : first + width]) for first in range(0, len(counts), width)]
        symbols = []
        for total in range(sum(counts), 0, -1):
            span //= total
            target, code = divmod(code, span)
            if target >= total:
                raise PackageError(LEFT_RANGE)
            group = 0
            while groups[group] <= target:
                target -= groups[group]
                group += 1
            symbol = group * width
            while counts[symbol] <= target:
                target -= counts[symbol]
                symbol += 1
            size = counts[symbol]
            code += span * target
            span *= size
            groups[group] -= 1
            counts[symbol] = size - 1
            symbols.append(symbol)
            if span < LEAST_RANGE:
                code, span = self._refill(code, span)
        self._code, self._range = code, span
        return np.array(symbols, np.int64)

    def _refill(self, code, span):
        """Further bytes of the stream, until the range is large enough again."""
        count = (48 - span.bit_length()) // 8
        following = self._data[self._position : self._position + count].ljust(count, b"\0")
        self._position += count
        return code << 8 * count | int.from_bytes(following, "big"), span << 8 * count

    def assert_end(self):
        if self._position - 5 != len(self._data) or self._code >= 1 << 40:
            raise PackageError("a coded stream does not end with its last symbol")


# --- coordinates ------------------------------------------------------------------------------------------------------


def _order(ranks):
    """A permutation: each item from its rank among those that the items before it have left."""
    if len(ranks) <= 32:
        items, before = [], []
        for item in ranks:
            for earlier in before:
                if earlier > item:
                    break
                item += 1
            items.append(item)
            bisect.insort(before, item)
        return np.array(items, np.int64)
    half = len(ranks) // 2
    # Both halves on their own; then what the first has taken below an item of the second moves that up.
    first, second = _order(ranks[:half]), _order(ranks[half:])
    left_below = np.sort(first) - np.arange(half)
    return np.concatenate([first, second + np.searchsorted(left_below, second, "right")])


def _coordinates(mode, layers, sections):
    """[kernels, 3] (layer, filter, channel), kernels layer by layer in their own order."""
    data = sections.get("permutations", b"")
    decoder = _RangeDecoder(data)
    parts = []
    for layer, (_, shape) in enumerate(layers):
        filters, channels = shape[:2]
        kernels = filters * channels
        # An order of n items takes log2(n!) bits: no memory for more than the stream can say.
        if mode == "cross-filter":
            _assert_holds(data, math.lgamma(kernels + 1))
            kernel_at = _order(decoder.ranks(kernels))
            filter_index, channel_index = np.empty(kernels, np.int64), np.empty(kernels, np.int64)
            filter_index[kernel_at], channel_index[kernel_at] = np.divmod(np.arange(kernels), channels)
        elif mode == "in-filter":
            _assert_holds(data, math.lgamma(filters + 1) + filters * math.lgamma(channels + 1))
            filter_rank = np.empty(filters, np.int64)
            filter_rank[_order(decoder.ranks(filters))] = np.arange(filters)
            channel_rank = np.empty((filters, channels), np.int64)
            for index in range(filters):
                channel_rank[index, _order(decoder.ranks(channels))] = np.arange(channels)
            filter_index, channel_index = np.repeat(filter_rank, channels), channel_rank.reshape(-1)
        elif mode == "none":
            filter_index, channel_index = np.divmod(np.arange(kernels), channels)
        else:
            raise PackageError(f"the permutation {mode} is unknown")
        parts.append(np.stack([np.full(kernels, layer), filter_index, channel_index], axis=1))
    if mode != "none":
        decoder.assert_end()
    return np.concatenate(parts)


def _assert_holds(data, nats):
    if nats / math.log(2) > 8 * len(data) + 1:
        raise PackageError("the orders end early")


# --- embedding and predictor ------------------------------------------------------------------------------------------


def _embed_values(values, base, levels):
    """[values, 2 levels]: sin and cos of each level, angles rounded to float32 after each product."""
    steps = np.power(np.float64(np.float32(base)), np.arange(levels)).astype(np.float32)
    products = (values[:, None].astype(np.float64) * steps).astype(np.float32)
    angles = (products * np.float32(np.pi)).astype(np.float64)
    return np.stack([np.sin(angles), np.cos(angles)], axis=2).astype(np.float32).reshape(len(values), -1)


def _embed(coordinates, embedding, sizes):
    if embedding["type"] == "fourier":
        directions = _fourier_directions(embedding["levels"], embedding["seed"]).astype(np.float64)
        two_pi = 2 * np.float64(np.float32(np.pi))
        scaled = (coordinates * two_pi).astype(np.float32).astype(np.float64)
        angles = np.zeros((len(coordinates), len(directions)))
        for axis in range(3):
            angles += scaled[:, axis : axis + 1] * directions[:, axis]
        rounded = angles.astype(np.float32).astype(np.float64)
        return np.stack([np.sin(rounded), np.cos(rounded)], axis=2).astype(np.float32).reshape(len(coordinates), -1)
    if embedding["type"] == "one-hot":
        columns = coordinates + np.array([0, sizes[0], sizes[0] + sizes[1]])
        rows = np.zeros((len(coordinates), sum(sizes)), np.float32)
        np.put_along_axis(rows, columns, np.float32(1), axis=1)
        return rows
    if embedding["type"] != "positional":
        raise PackageError(f"the embedding {embedding['type']} is unknown")
    parts = [_embed_values(coordinates[:, axis], embedding["base"], embedding["levels"]) for axis in range(3)]
    if embedding["fusion"] == "sum":
        return (parts[0] + parts[1]) + parts[2]
    return np.concatenate(parts, axis=1)


def _fourier_directions(levels, seed):
    state = 0x811C9DC5 ^ (seed & MASK)
    state = ((state ^ (seed >> 32)) * 0x01000193) & MASK
    for character in b"fourier-directions":
        state = ((state ^ character) * 0x01000193) & MASK
    words = []
    for _ in range(4):
        state = (state + 0x9E3779B9) & MASK
        mixed = ((state ^ (state >> 16)) * 0x85EBCA6B) & MASK
        mixed = ((mixed ^ (mixed >> 13)) * 0xC2B2AE35) & MASK
        words.append(mixed ^ (mixed >> 16))
    a, b, c, d = words

    def uniform():
        nonlocal a, b, c, d
        product = (b * 5) & MASK
        result = ((((product << 7) | (product >> 25)) & MASK) * 9) & MASK
        shifted = (b << 9) & MASK
        c ^= a
        d ^= b
        b ^= c
        a ^= d
        c ^= shifted
        d = ((d << 11) | (d >> 21)) & MASK
        return result / 2**32

    def normal():
        radius = math.sqrt(-2 * math.log(1 - uniform()))
        return radius * math.cos(2 * math.pi * uniform())

    directions = np.array([normal() for _ in range(9 * levels)]).reshape(-1, 3)
    return (directions * np.array([1, 0.1, 0.1])).astype(np.float32)


def _weights(description, layers, coordinates, predictor):
    outputs = description["predictor"]["outputs"]
    blocks = description["predictor"]["blocks"]
    size = math.isqrt(outputs)
    # Values of each coordinate, for an embedding that has a column for each.
    shapes = [shape for _, shape in layers]
    sizes = (len(shapes), max(shape[0] for shape in shapes), max(shape[1] for shape in shapes))
    rows = np.empty((len(coordinates), outputs), np.float32)
    for start in range(0, len(coordinates), 8192):
        activation = _embed(coordinates[start : start + 8192], description["embedding"], sizes)
        for block in range(blocks):
            activation = activation @ predictor[f"predictor.{block}.weight"].T + predictor[f"predictor.{block}.bias"]
            if block < blocks - 1:
                activation = np.maximum(activation, 0)
        rows[start : start + 8192] = activation
    weights = {}
    first = 0
    for name, shape in layers:
        # A linear layer, [outputs, inputs], has kernels of 1 x 1.
        filters, channels, height, width = (*shape, 1, 1)[:4]
        kernels = rows[first : first + filters * channels].reshape(filters, channels, size, size)
        top, left = (size - height) // 2, (size - width) // 2
        kernels = kernels[:, :, top : top + height, left : left + width]
        weights[name] = np.ascontiguousarray(kernels).reshape(shape)
        first += filters * channels
    return weights


# --- the package of a baseline ----------------------------------------------------------------------------------------


def _baseline_tensors(description, sections):
    layers, kept = description["layers"], _tensors("kept", description["kept"], sections)
    names = {entry["name"] for entry in layers} | kept.keys()
    if len(names) != len(layers) + len(description["kept"]):
        raise PackageError("a tensor is named twice")
    if sum(_kernel_count(entry["shape"]) for entry in layers) > MOST_WEIGHTS:
        raise PackageError("the package claims more weights than any network has")
    source = _LayerSections(sections)
    weights = {entry["name"]: _kernels(entry, source) for entry in layers}
    source.assert_end()
    return {**weights, **kept}


def _kernel_count(shape):
    if len(shape) != 4 or not all(type(extent) is int and extent > 0 for extent in shape):
        raise PackageError(f"kernels have four extents, not {shape}")
    return math.prod(shape)


class _LayerSections:
    """Halves and codes of the layers, taken one after another."""

    def __init__(self, sections):
        self._halves = np.frombuffer(sections.get("layers.float16", b""), "<f2")
        self._codes = sections.get("layers.codes", b"")

    def halves(self, count, how=None):
        """Those that `how` says are coded are among the codes."""
        if how is not None and "bytes" in how:
            return _coded_halves(self.codes(how), count).astype(np.float32)
        taken, self._halves = _take(self._halves, count)
        return taken.astype(np.float32)

    def codes(self, entry):
        taken, self._codes = _take(self._codes, entry["bytes"])
        return taken

    def assert_end(self):
        if len(self._halves) or len(self._codes):
            raise PackageError("a section goes on behind its last tensor")


def _kernels(entry, source):
    """[filters, channels, height, width] of one represented layer."""
    shape, kind = entry["shape"], entry["kind"]
    count = math.prod(shape)
    if kind == "float16":
        values = source.halves(count, entry)
    elif kind == "integer":
        codes = _integers(source.codes(entry), entry["bits"], entry["coding"], count).astype(np.float32)
        # A product of two float32 numbers, rounded once.
        values = codes.reshape(shape[0], -1) * source.halves(shape[0])[:, None]
    elif kind == "codebook":
        if entry["bits"] not in range(1, 9):
            raise PackageError(f"a codebook of {entry['bits']} bits is unknown")
        codebook = source.halves(2 ** entry["bits"])
        values = codebook[_coded(source.codes(entry), entry["bits"], entry["coding"], count)]
    elif kind == "low-rank":
        values = _product(entry, source)
    elif kind == "sparse":
        values = _spread(entry, source)
    else:
        raise PackageError(f"layer {entry['name']} is stored in an unknown way")
    return np.ascontiguousarray(values.reshape(shape))


def _coded(data, bits, coding, count):
    """`count` symbols of `bits` bits."""
    return _unpack_all(data, bits, count) if coding == "packed" else _symbols(data, 2**bits, count)


def _product(entry, source):
    """Two factors multiplied: the sum over the rank in float64, from the first term on, rounded once."""
    filters, channels, height, width = entry["shape"]
    rank = entry["rank"]
    if entry["unfolding"] == "filters":
        rows, columns = filters, channels * height * width
    elif entry["unfolding"] == "separable":
        rows, columns = channels * height, filters * width
    else:
        raise PackageError(f"the unfolding {entry['unfolding']} is unknown")
    if rank < 1 or rank * (rows + columns) >= rows * columns:
        raise PackageError("the factors of a layer are larger than it is")
    if rows * columns > MOST_CODES_A_BYTE * 2 * rank * (rows + columns):
        raise PackageError("a few bytes claim too many weights")
    left, right = np.split(source.halves(rank * (rows + columns), entry).astype(np.float64), [rows * rank])
    left, right = left.reshape(rows, rank), right.reshape(rank, columns)
    matrix = np.zeros((rows, columns))
    for term in range(rank):
        matrix += left[:, term : term + 1] * right[term]
    matrix = matrix.astype(np.float32)
    if entry["unfolding"] == "filters":
        return matrix
    return matrix.reshape(channels, height, filters, width).transpose(2, 0, 1, 3)


def _spread(entry, source):
    """A layer of which only some weights are stored; the others are zero."""
    shape, stored, how = entry["shape"], entry["stored"], entry["values"]
    count = math.prod(shape)
    at = _stored_positions(entry["positions"], source.codes(entry["positions"]), count)
    if len(at) != stored:
        raise PackageError("the positions of a sparse layer do not add up")
    values = np.zeros(count, np.float32)
    if how["kind"] == "float16":
        values[at] = source.halves(stored, how)
    elif how["kind"] == "integer":
        scales = source.halves(shape[0])
        codes = _integers(source.codes(how), how["bits"], how["coding"], stored)
        values[at] = codes.astype(np.float32) * scales[at // (count // shape[0])]
    else:
        raise PackageError(f"layer {entry['name']} is stored in an unknown way")
    return values


def _stored_positions(how, data, count):
    """Row-major positions of the stored ones among `count` weights, in their order."""
    if count > MOST_CODES_A_BYTE * len(data):
        raise PackageError("a few bytes claim too many weights")
    if how["kind"] == "bitmap":
        return np.flatnonzero(_coded(data, 1, how["coding"], count))
    if how["kind"] != "gaps" or how["bits"] not in range(2, 9):
        raise PackageError("the positions of a sparse layer are stored in an unknown way")
    longest = 2 ** how["bits"] - 1
    gaps = _coded(data, how["bits"], how["coding"], how["symbols"])
    is_weight = gaps < longest
    # Each symbol passes as many zeros as it says and, unless it is the longest gap, the weight behind them.
    ends = np.cumsum(gaps + is_weight)
    passed = int(ends[-1]) if len(ends) else 0
    if not 0 <= count - passed < longest:
        raise PackageError("the positions of a sparse layer do not end where it does")
    return ends[is_weight] - 1


# --- command line -----------------------------------------------------------------------------------------------------


def save(weights, path):
    """Writes .npz, or .safetensors (with the package safetensors where it is installed)."""
    if path.endswith(".npz"):
        np.savez(path, **weights)
        return
    try:
        from safetensors.numpy import save_file

        save_file(weights, path)
    except ImportError:
        header, parts, offset = {}, [], 0
        for name, value in weights.items():
            content = np.ascontiguousarray(value, "<f4").tobytes()
            header[name] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [offset, offset + len(content)]}
            parts.append(content)
            offset += len(content)
        text = json.dumps(header).encode()
        text += b" " * (-len(text) % 8)
        with open(path, "wb") as file:
            file.write(struct.pack("<Q", len(text)) + text + b"".join(parts))


if __name__ == "__main__":
    if len(sys.argv) != 3 or not sys.argv[2].endswith((".npz", ".safetensors")):
        sys.exit("usage: nern_load.py PACKAGE OUTPUT.npz|OUTPUT.safetensors")
    try:
        save(load(sys.argv[1]), sys.argv[2])
    except (PackageError, OSError) as error:
        sys.exit(f"{sys.argv[1]}: {error}")
