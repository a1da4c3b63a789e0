"""Writes cells.json: brightness by Pillow in cells by numpy, and pHash by scipy, of pictures that a formula gives.

    python3 make_health.py    (Pillow 9.4, numpy 1.24, scipy 1.10)

The same pictures are made by test/fixtures/formula-pictures.ts.
"""
import json
import numpy as np
from PIL import Image
from scipy.fft import dct

SIZES = [(32, 32), (100, 75), (227, 227), (31, 97), (20, 12), (501, 333)]


def picture(k, width, height):
    """uint8 [height, width, 3]; whole numbers only, so that every language gives the same."""
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    u, v = x * 256 // width, y * 256 // height
    value = (u * (k + 1) + v * (3 - c)) * (k + 2) // 3 + (u * v // 64) * (1 + c) + (x * 7 + y * 13 + c * 5) % 11
    return (value % 256).astype(np.uint8)


def cells(pixels, side):
    """Means over area: each pixel is repeated `side` times along an axis, and every so many of them are one cell.

    (Pillow's own BOX takes whole pixels where the sizes do not divide.)
    """
    grey = np.asarray(Image.fromarray(pixels).convert("L"), dtype=np.float64)
    height, width = grey.shape
    rows = np.repeat(grey, side, axis=0).reshape(side, height, width).mean(axis=1)
    return np.repeat(rows, side, axis=1).reshape(side, side, width).mean(axis=2)


def phash(grid):
    """imagehash.phash with hash_size 8 and highfreq_factor 4, whose pixels are these cells. Bits row by row, lowest first."""
    low = dct(dct(grid, axis=0), axis=1)[:8, :8]
    return "".join("1" if bit else "0" for bit in (low > np.median(low)).flatten())


rows = []
for k, (width, height) in enumerate(SIZES):
    pixels = picture(k, width, height)
    grid = cells(pixels, 32)
    rows.append({
        "k": k, "width": width, "height": height, "sum": int(pixels.sum()),
        "cells": [round(float(value), 3) for value in cells(pixels, 8).flatten()],
        "hash": phash(grid),
    })
with open("cells.json", "w") as file:
    json.dump(rows, file, indent=0)
    file.write("\n")
