"""A pre-trained base's convolutions, in the order in which the network runs them, as `bench/base-weights.ts` wrote them."""
import json

import numpy as np


def convolutions(path):
    """[(kernel [Co, Ci / groups, kh, kw], bias [Co])]: BatchNorm is merged into them."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        body = file.read()
    header.pop("__metadata__", None)
    arrays = [array(entry, body) for entry in header.values()]
    return list(zip(arrays[::2], arrays[1::2], strict=True))


def array(entry, body):
    assert entry["dtype"] == "F32", entry
    start, end = entry["data_offsets"]
    return np.frombuffer(body[start:end], np.float32).reshape(entry["shape"])
