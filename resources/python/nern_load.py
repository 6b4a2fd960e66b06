"""Reads a package of NeRN Studio into ordinary weights: of a compression by a predictor (NAME.nern.safetensors), of a
baseline (NAME.baseline.safetensors) or of spectral codes (NAME.spectral.safetensors).

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

VERSIONS = (1, 2, 3, 4, 5)
BASELINE_VERSIONS = (1, 2, 3, 4)
SPECTRAL_VERSIONS = (1,)
MOST_DESCRIPTION_BYTES = 16 * 2**20
MOST_WEIGHTS = 2**31
MOST_SEEDED = 2**27
MOST_CODES_A_BYTE = 1024
MASK = 0xFFFFFFFF
LEAST_RANGE = 1 << 40
LEFT_RANGE = "a coded stream leaves the range of its symbols"
# Keys in the metadata of packages of a baseline and of spectral codes.
BASELINE = "nern-baseline"
SPECTRAL = "nern-spectral"
MARKS = {"nern": VERSIONS, BASELINE: BASELINE_VERSIONS, SPECTRAL: SPECTRAL_VERSIONS}
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
    if SPECTRAL in metadata:
        return _spectral_tensors(description, sections)
    layers = [(layer["name"], tuple(layer["shape"])) for layer in description["layers"]]
    if any(len(shape) not in (2, 4) for _, shape in layers):
        raise PackageError("a layer is neither a convolution nor a linear layer")
    if sum(math.prod(shape) for _, shape in layers) > MOST_WEIGHTS:
        raise PackageError("the package claims more weights than any network has")
    tiled = {layer["name"] for layer in description["layers"] if layer.get("tiled")}
    if any(name in tiled and math.prod(shape[2:]) != 1 for name, shape in layers):
        raise PackageError("only kernels of 1 x 1 can be tiles")
    predictor = _tensors("predictor", description["predictor"]["tensors"], sections)
    kept = _tensors("kept", description["kept"], sections)
    # What the predictor gives: of a tiled layer squares of three filters by three channels.
    seen = [(name, (-(-shape[0] // 3), -(-shape[1] // 3), 3, 3) if name in tiled else shape) for name, shape in layers]
    coordinates = _coordinates(description["permutation"], seen, sections)
    weights = _weights(description, seen, coordinates, predictor)
    return {**{name: _untiled(weights[name], shape) if name in tiled else weights[name] for name, shape in layers}, **kept}


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
    mark = next((mark for mark in MARKS if mark in metadata), None)
    if mark is None:
        raise PackageError("this is an ordinary safetensors file, no package of a compression or a baseline")
    version = json.loads(metadata[mark])["version"]
    if version not in MARKS[mark]:
        raise PackageError(f"the package has version {version}, this reader knows {MARKS[mark]}")
    dictionary = {"zdict": SPECTRAL_DICTIONARY} if mark == SPECTRAL else {}
    text = zlib.decompressobj(**dictionary).decompress(sections["description"], MOST_DESCRIPTION_BYTES)
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


def _untiled(tiles, shape):
    """The weight out of its tiles, [filters / 3, channels / 3, 3, 3], whose edges may lie beyond it."""
    down, across = tiles.shape[:2]
    whole = tiles.transpose(0, 2, 1, 3).reshape(3 * down, 3 * across)
    return np.ascontiguousarray(whole[: shape[0], : shape[1]]).reshape(shape)


def _of_part(tensor, part, parts):
    """Rows of one part: those of all parts lie one after another."""
    rows, rest = divmod(len(tensor), len(parts))
    if rest:
        raise PackageError("a tensor of the predictor does not have rows for every part")
    return tensor[part * rows : (part + 1) * rows]


def _seeded_inputs(embedding, places):
    """[places, numbers] random numbers of the fixed generator; None where the predictor sees coordinates."""
    if embedding["type"] != "seeded":
        return None
    numbers = embedding["numbers"]
    if not 0 < numbers <= 64 or numbers * places > MOST_SEEDED:
        raise PackageError(f"{numbers} seeded numbers are too many or too few")
    start = (0x811C9DC5 ^ embedding["seed"]) & MASK
    counters = np.arange(1, 2 * places * numbers + 1, dtype=np.uint64)
    mixed = (start + counters * np.uint64(0x9E3779B9)) & np.uint64(MASK)
    mixed = ((mixed ^ (mixed >> np.uint64(16))) * np.uint64(0x85EBCA6B)) & np.uint64(MASK)
    mixed = ((mixed ^ (mixed >> np.uint64(13))) * np.uint64(0xC2B2AE35)) & np.uint64(MASK)
    uniform = ((mixed ^ (mixed >> np.uint64(16))) / 2**32).reshape(-1, 2)
    normals = np.sqrt(-2 * np.log(1 - uniform[:, 0])) * np.cos(2 * np.pi * uniform[:, 1])
    return normals.astype(np.float32).reshape(places, numbers)


def _weights(description, layers, coordinates, predictor):
    outputs = description["predictor"]["outputs"]
    blocks = description["predictor"]["blocks"]
    size = math.isqrt(outputs)
    # Values of each coordinate, for an embedding that has a column for each.
    shapes = [shape for _, shape in layers]
    sizes = (len(shapes), max(shape[0] for shape in shapes), max(shape[1] for shape in shapes))
    rows = np.empty((len(coordinates), outputs), np.float32)
    parts = description["predictor"].get("parts", [len(coordinates)])
    if any(type(part) is not int or part < 1 for part in parts) or sum(parts) != len(coordinates):
        raise PackageError("the parts of the predictor do not have the kernels there are")
    seeded = _seeded_inputs(description["embedding"], max(parts))
    first = 0
    for part, kernels in enumerate(parts):
        layers_of_part = [
            (_of_part(predictor[f"predictor.{block}.weight"], part, parts), _of_part(predictor[f"predictor.{block}.bias"], part, parts))
            for block in range(blocks)
        ]
        for start in range(0, kernels, 8192):
            end = min(start + 8192, kernels)
            if seeded is None:
                activation = _embed(coordinates[first + start : first + end], description["embedding"], sizes)
            else:
                activation = seeded[start:end]
            for block, (weight, bias) in enumerate(layers_of_part):
                activation = activation @ weight.T + bias
                if block < blocks - 1:
                    activation = np.maximum(activation, 0)
            rows[first + start : first + end] = activation
        first += kernels
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
        self._kernels = _KernelDecoder(is_cosine=False)

    def halves(self, count, how=None):
        """Those that `how` says are coded are among the codes."""
        if how is not None and "bytes" in how:
            return _coded_halves(self.codes(how), count).astype(np.float32)
        taken, self._halves = _take(self._halves, count)
        return taken.astype(np.float32)

    def codes(self, entry):
        taken, self._codes = _take(self._codes, entry["bytes"])
        return taken

    def integers(self, entry, count):
        if entry["coding"] != "contexts":
            return _integers(self.codes(entry), entry["bits"], entry["coding"], count)
        data = self.codes(entry)
        if count > MOST_CONTEXT_CODES_A_BYTE * len(data):
            raise PackageError("a few bytes claim too many weights")
        if math.prod(entry["shape"][2:]) > MOST_KERNEL_WEIGHTS:
            raise PackageError("kernels are too large for codes by contexts")
        decoder = _BitDecoder(data)
        codes = self._kernels.codes(decoder, entry["shape"])
        decoder.assert_end()
        if entry["bits"] not in range(2, 9) or np.abs(codes).max() >= 2 ** (entry["bits"] - 1):
            raise PackageError("an integer is larger than its bits allow")
        return codes

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
        codes = source.integers(entry, count).astype(np.float32)
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


# --- the package of spectral codes ------------------------------------------------------------------------------------

# What zlib is told before it reads a description.
SPECTRAL_DICTIONARY = (
    b'.0.downsample.0.weight","shape":[.0.downsample.1.shortcut.0.weight.shortcut.1features.0.1.conv.classifier.'
    b'[64,3,7,7][64,64,1,1][256,64,1,1][128,128,3,3][512,128,1,1][256,256,3,3][1024,256,1,1][512,512,3,3][2048,512,1,1]'
    b'{"kind":"float32","name":"{"kind":"integer","bits":8,"bits":6,"coding":"entropy","bytes":640,"name":"fc.weight","shape":'
    b'[1000,512]},{"kind":"float16","name":"fc.bias","shape":[1000]}],"name":"linear.weight","shape":[10,64]},"name":"linear.bias"'
    b'"running_mean","running_var"],"checksums":{"layers":,"kept.float32":,"kept.float16":,"kept.codes":},'
    b'"config":{"version":2,"kind":"spectral","seed":1,"transform":"none","transform":"cosine","size":{"target":"bytes",'
    b'"target":"ratio","ratio":15,"bytes":65536,"step":0.03},"rounding":{"rateWeight":0},"correction":{"images":"dataset",'
    b'"images":"none","count":256},"layers":"","storage":{"linear":"fine","remainder":"float16"},"distillation":{"steps":0,'
    b'"codeRate":0.008,"scaleRate":0.0015,"biasRate":0.0007,"rateWarmupSteps":20,"dataBatch":64,"augmentation":"flip-crop",'
    b'"colourJitter":{"brightness":0,"contrast":0,"saturation":0},"mixup":0,"featureMapWeight":0.3,"distillationWeight":4,'
    b'"temperature":2,"startBits":3,"descent":0.5,"frozenShare":0.1},"checkpointEverySteps":100},"accuracies":[{"split":"test",'
    b'"original":{"correct":,"total":10000},"reconstructed":{"correct":,"split":"validation","total":5000}}]}'
    b'{"version":1,"network":{"architecture":"resnet20-cifar-b","classes":1000,"classes":10,"sha256":"'
    b'","preprocessing":{"mean":[0.5,0.5,0.5],"standardDeviation":[0.5,0.5,0.5],"resize":256}},"mean":[0.485,0.456,0.406],'
    b'"standardDeviation":[0.229,0.224,0.225],"resize":0}},"transform":"cosine","step":0.0,"layers":[{"name":"conv1.weight",'
    b'"shape":[16,3,3,3],"folded":{"prefix":"bn1","epsilon":0.00001}},{"name":"layer1.0.conv1.weight","shape":[16,16,3,3],'
    b'"folded":{"prefix":"layer1.0.bn1","epsilon":0.00001}},{"name":"layer1.0.conv2.weight","shape":[64,64,3,3],"folded":'
    b'{"prefix":"layer1.0.bn2","epsilon":0.00001}},{"name":"layer2.0.conv3.weight","shape":[32,32,3,3],"bias":"'
)
MOST_CONTEXT_CODES_A_BYTE = 6144
MOST_KERNEL_WEIGHTS = 1024
LARGEST_FLOAT = 2.0**128 - 2.0**104
LARGEST_INTEGER = 2**31 - 1
LARGEST_EXPONENT = 1024
# 2^(i / 16), the nearest doubles.
ROOTS_OF_TWO = (
    1.0,
    1.0442737824274138,
    1.0905077326652577,
    1.1387886347566916,
    1.189207115002721,
    1.241857812073484,
    1.2968395546510096,
    1.3542555469368927,
    1.4142135623730951,
    1.4768261459394993,
    1.5422108254079407,
    1.6104903319492543,
    1.681792830507429,
    1.7562521603732995,
    1.8340080864093424,
    1.9152065613971474,
)
# By how many bits the way of a chance to its end is shifted, after so many decisions.
SHIFTS = tuple(min(8, (seen + 1).bit_length()) for seen in range(128))
MOST_SEEN = 127
SEEN_AT_START = 31
CLASSES = 14
# Magnitudes with a decision of their own; the decisions of a class, that about zero included.
DEPTH = 14
STRIDE = DEPTH + 1
# First decision of the class of each level from -2048 on: classes are an octave each.
OFFSET_OF_LEVEL = tuple(STRIDE * min(max(level >> 4, 0), CLASSES - 1) for level in range(-2048, 2048))
# Sixteenths of an octave by the four binary digits behind the first.
FRACTIONS = (0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 15)


def _spectral_tensors(description, sections):
    layers, kept, step = description["layers"], _tensors("kept", description["kept"], sections), description["step"]
    shapes = [_spectral_shape(layer["shape"]) for layer in layers]
    data = sections.get("layers", b"")
    count = sum(math.prod(shape) for shape in shapes)
    if count > MOST_WEIGHTS or count > MOST_CONTEXT_CODES_A_BYTE * len(data):
        raise PackageError("a few bytes claim too many weights")
    if description["transform"] not in ("cosine", "none") or not 1e-30 <= step <= 1e30:
        raise PackageError("the transform or the step is unknown")
    is_cosine = description["transform"] == "cosine"
    decoder = _BitDecoder(data)
    side = _SideDecoder(decoder)
    numbers = [side.layer(layer, shape) for layer, shape in zip(layers, shapes)]
    kernels = _KernelDecoder(is_cosine)
    named = []
    for layer, shape, (steps, gains, bias) in zip(layers, shapes, numbers):
        codes = kernels.codes(decoder, shape)
        named.append((layer["name"], _spectral_weights(codes, shape, step, steps, gains, is_cosine).reshape(layer["shape"])))
        named += _beside(layer, shape[0], bias)
    decoder.assert_end()
    weights = dict(named)
    if len(weights.keys() | kept.keys()) != len(named) + len(description["kept"]):
        raise PackageError("a tensor is named twice")
    return {**weights, **kept}


def _spectral_shape(shape):
    if len(shape) not in (2, 4) or not all(type(extent) is int and extent > 0 for extent in shape):
        raise PackageError(f"a layer has two or four extents, not {shape}")
    shape = (*shape, 1, 1)[:4]
    if shape[2] * shape[3] > MOST_KERNEL_WEIGHTS:
        raise PackageError(f"kernels of {shape[2]} x {shape[3]} are too large")
    return shape


def _beside(layer, filters, bias):
    """A layer's bias, and the batch norm that its weights hold: one that adds its shift and leaves the rest as it is."""
    folded = layer.get("folded")
    if bias is None:
        return []
    scale, codes = bias
    values = (np.array(codes, np.float64) * float(scale)).astype(np.float32)
    if folded is None:
        return [(layer["bias"], values)]
    prefix = folded["prefix"]
    tensors = [
        (f"{prefix}.weight", np.ones(filters, np.float32)),
        (f"{prefix}.bias", values),
        (f"{prefix}.running_mean", np.zeros(filters, np.float32)),
        (f"{prefix}.running_var", np.full(filters, 1 - folded["epsilon"], np.float32)),
    ]
    return tensors + ([(folded["bias"], np.zeros(filters, np.float32))] if "bias" in folded else [])


def _sixteenths(exponent):
    return ROOTS_OF_TWO[exponent % 16] * 2.0 ** (exponent // 16)


def _cosines(size):
    """[frequency, position], in multiples of 2^-30."""
    return np.array(
        [
            [
                math.floor(
                    math.sqrt((1 if frequency == 0 else 2) / size)
                    * math.cos(math.pi * frequency * (2 * position + 1) / (2 * size))
                    * 2**30
                    + 0.5
                )
                / 2**30
                for position in range(size)
            ]
            for frequency in range(size)
        ]
    )


def _spectral_weights(codes, shape, step, step_exponents, gain_exponents, is_cosine):
    """Codes [filters, channels, frequencies] to weights [filters, channels * height * width]: in float64, frequency by
    frequency, rounded once."""
    filters, channels, height, width = shape
    size = height * width
    steps = [step * _sixteenths(exponent) for exponent in step_exponents] * (size if len(step_exponents) == 1 else 1)
    gains = [_sixteenths(exponent) for exponent in gain_exponents] if gain_exponents is not None else [1.0] * filters
    largest = max(int(codes.max()), -int(codes.min()))
    if largest * max(steps) * max(gains) * size > LARGEST_FLOAT:
        raise PackageError("weights are larger than float32 holds")
    if not is_cosine or size == 1:
        values = codes * np.array(steps)
    else:
        rows, columns = _cosines(height), _cosines(width)
        values = np.zeros((filters, channels, size))
        for frequency in range(size):
            picture = np.outer(rows[frequency // width], columns[frequency % width]).reshape(-1)
            values += (codes[:, :, frequency] * steps[frequency])[:, :, None] * picture
    return (values.reshape(filters, -1) * np.array(gains)[:, None]).astype(np.float32)


class _BitDecoder:
    """Bits by chances that follow what was decided before. `chances` counts of 65,536 parts those of a bit of 1; `seen` is
    how many decisions a chance knows of."""

    def __init__(self, data):
        # A decoder is 5 bytes ahead of the end of a stream; whoever reads on was misled.
        self.data = data + bytes(5)
        self.position = 6
        self.code = int.from_bytes(self.data[:6], "big")
        self.span = 1 << 48

    def bit(self, chances, seen, at):
        chance = chances[at]
        count = seen[at]
        bit = self._decide(chance)
        if bit:
            chances[at] = chance + ((65536 - chance) >> SHIFTS[count])
        else:
            chances[at] = chance - (chance >> SHIFTS[count])
        if count < MOST_SEEN:
            seen[at] = count + 1
        return bit

    def even(self):
        return self._decide(32768)

    def _decide(self, chance):
        ones = (self.span >> 16) * chance
        if self.code < ones:
            self.span = ones
            bit = 1
        else:
            self.code -= ones
            self.span -= ones
            bit = 0
        while self.span < LEAST_RANGE:
            self.code = self.code << 8 | self.data[self.position]
            self.position += 1
            self.span <<= 8
        return bit

    def magnitude(self, chances, seen, first, depth, escapes):
        """From 1 on: a decision for each of the first magnitudes, then an Exp-Golomb code."""
        magnitude = 1
        while magnitude <= depth and self.bit(chances, seen, first + magnitude - 1):
            magnitude += 1
        return magnitude if magnitude <= depth else self.escape(magnitude, *escapes)

    def escape(self, least, chances, seen):
        """From `least` on: how many binary digits follow the first of 1 and what is beyond it, then those."""
        digits = 0
        while self.bit(chances, seen, digits):
            digits += 1
            if digits > 31:
                raise PackageError("an integer is too large")
        number = 1
        for _ in range(digits):
            number = 2 * number + self.even()
        if least + number - 1 > LARGEST_INTEGER:
            raise PackageError("an integer is too large")
        return least + number - 1

    def assert_end(self):
        if self.position != len(self.data) or self.code >= LEAST_RANGE:
            raise PackageError("a coded stream does not end with its last symbol")


def _chances(count):
    """Even chances, and that they know of no decision."""
    return [32768] * count, [0] * count


class _IntegerModel:
    def __init__(self, decoder, depth):
        self._decoder = decoder
        self._depth = depth
        self._chances = _chances(2 + depth)
        self._escapes = _chances(32)

    def integer(self):
        decoder = self._decoder
        if not decoder.bit(*self._chances, 0):
            return 0
        is_negative = decoder.bit(*self._chances, 1)
        magnitude = decoder.magnitude(*self._chances, 2, self._depth, self._escapes)
        return -magnitude if is_negative else magnitude


class _SideDecoder:
    """Exponents of steps and gains, and coded biases."""

    def __init__(self, decoder):
        self._decoder = decoder
        self._decisions = _chances(2)
        self._steps = _IntegerModel(decoder, 6)
        self._gains = _IntegerModel(decoder, 12)
        self._scales = _IntegerModel(decoder, 0)
        self._biases = _IntegerModel(decoder, 0)
        self._last_steps = {}
        self._last_scale = 0

    def layer(self, layer, shape):
        filters, _, height, width = shape
        has_many_steps = self._decoder.bit(*self._decisions, 0)
        steps = self._step_exponents(height * width if has_many_steps else 1)
        gains = self._gain_exponents(filters) if self._decoder.bit(*self._decisions, 1) else None
        has_bias = "folded" in layer or "bias" in layer
        return steps, gains, self._bias(filters) if has_bias else None

    def _exponent(self, model, expected):
        exponent = expected + model.integer()
        if abs(exponent) > LARGEST_EXPONENT:
            raise PackageError("an exponent is out of range")
        return exponent

    def _step_exponents(self, count):
        before = self._last_steps.get(count)
        exponents = []
        shift = 0
        for at in range(count):
            if before is None:
                exponents.append(self._exponent(self._steps, exponents[-1] if at else 0))
            else:
                exponents.append(self._exponent(self._steps, before[at] + shift))
                shift = exponents[-1] - before[at]
        self._last_steps[count] = exponents
        return exponents

    def _gain_exponents(self, filters):
        exponents = []
        total = 0
        for at in range(filters):
            exponents.append(self._exponent(self._gains, total // at if at else 0))
            total += exponents[-1]
        return exponents

    def _bias(self, filters):
        self._last_scale += self._scales.integer()
        if not 0 <= self._last_scale < 65536:
            raise PackageError("a scale does not have 16 bits")
        scale = np.array(self._last_scale, "<u2").view("<f2")
        if not np.isfinite(scale):
            raise PackageError("a scale is not finite")
        return scale, [self._biases.integer() for _ in range(filters)]


def _logarithms(count):
    """16 log2 of the numbers from 1 on below `count`, to within two, by integers; a list that begins with that of 0."""
    values = np.arange(1, count)
    octaves = np.frexp(values)[1].astype(np.int64) - 1
    fractions = np.array(FRACTIONS)[((values << 4) >> octaves) & 15]
    return [0] + (16 * octaves + fractions).tolist()


class _KernelDecoder:
    """Codes of kernels. Python is slow a code, and there are millions: the loops keep all in locals."""

    def __init__(self, is_cosine):
        self._is_cosine = is_cosine
        self._escapes = _chances(32)
        self._models = {}
        # A sum of 48 parts each over 2,048 frequencies is the largest.
        self._logarithms = _logarithms(48 * 2048 + 11)

    def codes(self, decoder, shape):
        """[filters, channels, frequencies]"""
        filters, channels, height, width = shape
        places = (min(height, 8), min(width, 8))
        if places not in self._models:
            count = math.prod(places)
            chances = _chances(count * CLASSES * STRIDE), _chances(count * 9)
            self._models[places] = (*chances, [90] * count, [128] * count)
        models = magnitudes, signs, sums, counts = self._models[places]
        for seen in (magnitudes[1], signs[1]):
            seen[:] = [min(decisions, SEEN_AT_START) for decisions in seen]
        sums[:] = [total * 128 // count for total, count in zip(sums, counts)]
        counts[:] = [128] * len(counts)
        codes = np.empty((filters, channels, height * width), np.int64)
        channel_sums, channel_count = [10] * channels, 0
        for at in range(filters):
            codes[at] = np.array(self._filter(decoder, shape, models, channel_sums, channel_count), np.int64).T
            channel_count += height * width
            while channel_count > 1024:
                channel_count >>= 1
                channel_sums[:] = [max(1, total >> 1) for total in channel_sums]
        return codes

    def _filter(self, decoder, shape, models, channel_sums, channel_count):
        """Codes of one filter, [frequencies][channels]."""
        _, channels, height, width = shape
        _, _, sums, counts = models
        logarithms, is_cosine = self._logarithms, self._is_cosine
        reach = 2 if is_cosine else 1
        planes, parts = [], []
        # Sum and number of the filter's codes so far; sums of each kernel's, and logarithms of what is known of channels.
        filter_state = [2, 0]
        kernel_sums = [24] * channels
        channel_levels = [logarithms[total] for total in channel_sums]
        for frequency in range(height * width):
            place = min(frequency // width, 7) * min(width, 8) + min(frequency % width, 7)
            left = frequency - reach if frequency % width >= reach else None
            above = frequency - reach * width if frequency >= reach * width else None
            around = [at for at in (left, above) if at is not None]
            mean = max(1, 256 * sums[place] // counts[place])
            expected = logarithms[8 * channel_count + 10]
            if is_cosine:
                expected += logarithms[24 + 8 * frequency] >> 1
                levels = [level + (logarithms[total] >> 1) for level, total in zip(channel_levels, kernel_sums)]
            else:
                expected += logarithms[4 + 8 * len(around)]
                near = [4 + sum(totals) for totals in zip(*(parts[at] for at in around))] if around else [4] * channels
                levels = [level + logarithms[total] for level, total in zip(channel_levels, near)]
            level = 16 * (mean.bit_length() - 1) + FRACTIONS[(mean << 4 >> mean.bit_length() - 1) & 15] - expected
            signs = [[0] * channels if at is None else planes[at] for at in (left, above)]
            plane, part, total = self._plane(decoder, models, place, level, levels, signs, mean, filter_state)
            for channel, more in enumerate(part):
                if more:
                    channel_sums[channel] += more
                    channel_levels[channel] = logarithms[channel_sums[channel]]
                    kernel_sums[channel] += more
            planes.append(plane)
            parts.append(part)
            sums[place], counts[place] = sums[place] + total, counts[place] + channels
            while counts[place] > 4096:
                sums[place] >>= 1
                counts[place] >>= 1
            channel_count += 1
        return planes

    def _plane(self, decoder, models, place, frequency_level, levels, neighbours, mean, filter_state):
        """Codes of one frequency of one filter, a channel each; how large each is in parts of `mean`; and their sum. A bit
        is decoded as `_BitDecoder.bit` does it, written out three times: calls would take twice the time."""
        (chances, seen), (sign_chances, sign_seen), _, _ = models
        shifts, offsets, logarithms = SHIFTS, OFFSET_OF_LEVEL, self._logarithms
        data, position, code, span = decoder.data, decoder.position, decoder.code, decoder.span
        filter_sum, filter_count = filter_state
        left, above = neighbours
        channels = len(levels)
        plane, part, total = [0] * channels, [0] * channels, 0
        first = place * CLASSES * STRIDE
        divisor = max(mean, 5)
        for start in range(0, channels, 8):
            if filter_count > 64:
                filter_sum -= filter_sum >> 1
                filter_count >>= 1
            block = 2048 + frequency_level + logarithms[filter_sum] - logarithms[8 * filter_count + 2]
            filter_count += min(8, channels - start)
            for channel, level in enumerate(levels[start : start + 8], start):
                at = first + offsets[block + level]
                chance = chances[at]
                count = seen[at]
                ones = (span >> 16) * chance
                if count < 127:
                    seen[at] = count + 1
                if code >= ones:
                    code -= ones
                    span -= ones
                    chances[at] = chance - (chance >> shifts[count])
                    while span < LEAST_RANGE:
                        code = code << 8 | data[position]
                        position += 1
                        span <<= 8
                    continue
                span = ones
                chances[at] = chance + ((65536 - chance) >> shifts[count])
                while span < LEAST_RANGE:
                    code = code << 8 | data[position]
                    position += 1
                    span <<= 8
                # The sign.
                before, over = left[channel], above[channel]
                sign_at = 9 * place + (3 if before > 0 else 6 if before else 0) + (1 if over > 0 else 2 if over else 0)
                chance = sign_chances[sign_at]
                count = sign_seen[sign_at]
                ones = (span >> 16) * chance
                if count < 127:
                    sign_seen[sign_at] = count + 1
                is_negative = code < ones
                if is_negative:
                    span = ones
                    sign_chances[sign_at] = chance + ((65536 - chance) >> shifts[count])
                else:
                    code -= ones
                    span -= ones
                    sign_chances[sign_at] = chance - (chance >> shifts[count])
                while span < LEAST_RANGE:
                    code = code << 8 | data[position]
                    position += 1
                    span <<= 8
                # Whether the magnitude is more than 1, 2, 3 ...
                magnitude = 1
                while magnitude <= DEPTH:
                    at += 1
                    chance = chances[at]
                    count = seen[at]
                    ones = (span >> 16) * chance
                    if count < 127:
                        seen[at] = count + 1
                    is_more = code < ones
                    if is_more:
                        span = ones
                        chances[at] = chance + ((65536 - chance) >> shifts[count])
                        magnitude += 1
                    else:
                        code -= ones
                        span -= ones
                        chances[at] = chance - (chance >> shifts[count])
                    while span < LEAST_RANGE:
                        code = code << 8 | data[position]
                        position += 1
                        span <<= 8
                    if not is_more:
                        break
                else:
                    decoder.position, decoder.code, decoder.span = position, code, span
                    magnitude = decoder.escape(magnitude, *self._escapes)
                    position, code, span = decoder.position, decoder.code, decoder.span
                plane[channel] = -magnitude if is_negative else magnitude
                total += min(magnitude, 32767)
                more = min(2048 * magnitude // divisor, 48)
                part[channel] = more
                filter_sum += more
        decoder.position, decoder.code, decoder.span = position, code, span
        filter_state[:] = filter_sum, filter_count
        return plane, part, total


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
