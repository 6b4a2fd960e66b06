"""Writes down networks with images and the logits that their own tool gives: what the studio has to give as well."""

import json
import pathlib
import re

import numpy as np

SEED = 15


class Cases:
    """A folder with a file a network, its images and logits as raw float32, and cases.json that lists them."""

    def __init__(self, folder, tool_list):
        self.folder = pathlib.Path(folder).resolve()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.tool_list = self.folder / tool_list
        self.cases = []

    def path(self, name, ending):
        return self.folder / f"{re.sub(r'[^A-Za-z0-9.]+', '-', name)}.{ending}"

    def add(self, name, file, images, logits, *, tool, version, form, options=(), compress=False, build=None):
        """`images` as the network sees them, [count, 3, height, width]; `build` names the network for packages.py."""
        np.ascontiguousarray(images, np.float32).tofile(self.path(name, "images"))
        np.ascontiguousarray(logits, np.float32).tofile(self.path(name, "logits"))
        self.cases.append({
            "name": name,
            "file": str(file),
            "shape": list(images.shape),
            "images": str(self.path(name, "images")),
            "logits": str(self.path(name, "logits")),
            "tool": tool,
            "version": version,
            "form": form,
            "options": list(options),
            "compress": compress,
            "build": build,
        })

    def write(self):
        self.tool_list.write_text(json.dumps(self.cases, indent=2))


def random_images(count, side):
    return np.random.default_rng(SEED).standard_normal((count, 3, side, side)).astype(np.float32)
