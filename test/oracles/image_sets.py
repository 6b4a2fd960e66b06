"""Data sets as datasets, pyarrow and tarfile write them, with the pixels and labels that Pillow sees: usage: image_sets.py FOLDER"""

import hashlib
import io
import json
import pathlib
import sys
import tarfile

import datasets
import numpy as np
import PIL
import pyarrow
import pyarrow.parquet
from PIL import Image

from cases import SEED

SIDE = 32
CLASSES = [f"class {index}" for index in range(1000)]
COUNTS = {"train": 40, "validation": 12, "test": 20}
random = np.random.default_rng(SEED)


def picture():
    return Image.fromarray(random.integers(0, 256, (SIDE, SIDE, 3), np.uint8))


def encoded(image, form):
    file = io.BytesIO()
    image.save(file, form, **({"quality": 90} if form == "JPEG" else {"lossless": True} if form == "WEBP" else {}))
    return file.getvalue()


def drawn(form):
    """By split: bytes and label of each image; ten of the classes occur, each in every split."""
    return {split: [(encoded(picture(), form), index % 10) for index in range(count)]
            for split, count in COUNTS.items()}


def expected(images):
    """By split, sorted: label and SHA-256 of the pixels [3, height, width]."""
    def line(data, label):
        pixels = np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).transpose(2, 0, 1)
        return f"{label} {hashlib.sha256(np.ascontiguousarray(pixels).tobytes()).hexdigest()}"
    return {split: sorted(line(*each) for each in rows) for split, rows in images.items()}


def hugging_face(images, folder, label="label", image="image", shards=1):
    features = datasets.Features({image: datasets.Image(), label: datasets.ClassLabel(names=CLASSES)})
    (folder / "data").mkdir(parents=True)
    for split, rows in images.items():
        data = {image: [{"bytes": data, "path": None} for data, _ in rows], label: [label_ for _, label_ in rows]}
        whole = datasets.Dataset.from_dict(data, features=features)
        for index in range(shards):
            shard = whole.shard(num_shards=shards, index=index, contiguous=True)
            shard.to_parquet(str(folder / "data" / f"{split}-{index:05d}-of-{shards:05d}.parquet"))
    return folder


def arrow(images, folder, **options):
    folder.mkdir(parents=True)
    for split, rows in images.items():
        table = pyarrow.table({"image": pyarrow.array([data for data, _ in rows], pyarrow.binary()),
                               "label": pyarrow.array([label for _, label in rows], pyarrow.int32())})
        pyarrow.parquet.write_table(table, folder / f"{split}.parquet", **options)
    return folder


def web_dataset(images, folder, mode, ending, label):
    folder.mkdir(parents=True)
    (folder / "classes.txt").write_text("\n".join(name.replace(" ", "_") for name in CLASSES))
    suffix = "tar.gz" if mode == "w:gz" else "tar"
    for split, rows in images.items():
        for shard in range(2):
            with tarfile.open(folder / f"set-{split}-{shard:06d}.{suffix}", mode) as archive:
                for index, (data, number) in list(enumerate(rows))[shard::2]:
                    sides = {"cls": str(number), "json": json.dumps({"label": number, "width": SIDE})}
                    for name, content in ((ending, data), (label, sides[label].encode())):
                        info = tarfile.TarInfo(f"{split}/{index:08d}.{name}")
                        info.size = len(content)
                        archive.addfile(info, io.BytesIO(content))
    return folder


def main(target):
    folder = pathlib.Path(target).resolve() / "sets"
    sets = []

    def add(name, tool, form, image_form, make):
        images = drawn(image_form)
        path = make(images, folder / str(len(sets)))
        sets.append({"name": name, "tool": tool, "form": form, "path": str(path), "expected": expected(images)})

    of_datasets, of_arrow = f"datasets {datasets.__version__}", f"pyarrow {pyarrow.__version__}"
    of_tarfile = f"tarfile, Python {sys.version.split()[0]}"
    add("image and label", of_datasets, "Parquet", "PNG", hugging_face)
    add("img and fine_label, JPEG", of_datasets, "Parquet, 3 files a split", "JPEG",
        lambda images, path: hugging_face(images, path, label="fine_label", image="img", shards=3))
    for compression in ("none", "snappy", "gzip", "brotli", "zstd"):
        for version in ("1.0", "2.0"):
            options = {"compression": compression, "data_page_version": version, "row_group_size": 7, "data_page_size": 4000}
            add("columns of bytes and int32", of_arrow, f"Parquet, {compression}, pages {version}", "PNG",
                lambda images, path, options=options: arrow(images, path, **options))
    add("cls", of_tarfile, "WebDataset, tar", "JPEG", lambda images, path: web_dataset(images, path, "w", "jpg", "cls"))
    add("json", of_tarfile, "WebDataset, tar.gz", "WEBP", lambda images, path: web_dataset(images, path, "w:gz", "webp", "json"))
    (pathlib.Path(target) / "image-sets.json").write_text(json.dumps(sets))
    print(f"Pillow {PIL.__version__}")


main(sys.argv[1])
