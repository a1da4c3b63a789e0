"""Curves of a range test, smoothed, and the rates that they speak for, by numpy alone: python3 make_curves.py > curves.json

The average is the weighted mean that a debiased exponential average stands for, the longest fall is found by trying every
sequence's predecessor from the end, slopes are numpy.diff: other ways than those of src/training.
"""

import json
from functools import lru_cache

import numpy as np

STEPS, FIRST, LAST, BETA = 100, 1e-7, 10.0, 0.98


def smoothed(losses):
    result = []
    for k in range(len(losses)):
        weights = BETA ** np.arange(k, -1, -1)
        result.append(float(np.average(losses[: k + 1], weights=weights)))
    return result


def longest_fall(losses):
    @lru_cache(None)
    def length(i):
        return 1 + max((length(j) for j in range(i) if losses[j] > losses[i]), default=0)

    lengths = [length(i) for i in range(len(losses))]
    return max(lengths), lengths.index(max(lengths))


def case(name, losses):
    rates = np.geomspace(FIRST, LAST, STEPS)[: len(losses)]
    smooth = smoothed(losses)
    rates_kept, kept = rates[STEPS // 10 : -5], smooth[STEPS // 10 : -5]
    length, end = longest_fall(tuple(kept))
    return {
        "name": name,
        "losses": [float(x) for x in losses],
        "rates": [float(x) for x in rates],
        "smoothed": smooth,
        "suggestions": {
            "steepest": float(rates_kept[np.diff(kept).argmin()]),
            "valley": float(rates_kept[end - length + length // 3 + length // 6]),
            "minimum": float(rates_kept[int(np.argmin(kept))] / 10),
        },
    }


def curve(seed, noise, count=STEPS):
    """Flat, a fall around 1e-3, and a rise towards the end."""
    rng = np.random.default_rng(seed)
    at = np.log10(np.geomspace(FIRST, LAST, STEPS))[:count]
    fall = 0.7 / (1 + np.exp(2 * (at + 3)))
    rise = 0.02 * np.exp(2.3 * at)
    return np.round(np.abs(0.1 + fall + rise + noise * rng.standard_normal(count)), 6)


if __name__ == "__main__":
    cases = [case("quiet", curve(0, 0.0)), case("loud", curve(1, 0.08)), case("louder", curve(2, 0.2)), case("cut", curve(3, 0.08, 83))]
    print(json.dumps(cases))
