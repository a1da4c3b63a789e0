"""What every peer's script measures with and prints: one JSON line, the last on stdout, as `regraft bench --json` does."""
import json
import resource
import sys
import time


def peak_rss_mb():
    """The most memory that this process has held, in MiB. Linux counts in KiB, macOS in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


# In the first two a network is traced and takes its memory; `regraft bench` leaves two out as well.
WARM_UP = 2


def median_ms(step, steps):
    """The median of some steps after the first ones, in milliseconds."""
    times = []
    for _ in range(WARM_UP + steps):
        began = time.perf_counter()
        step()
        times.append(time.perf_counter() - began)
    ordered = sorted(times[WARM_UP:])
    middle = (len(ordered) - 1) // 2
    return 1000 * (ordered[middle] + ordered[len(ordered) // 2]) / 2


def add_step_flags(flags, networks):
    flags.add_argument("--network", required=True, choices=networks)
    flags.add_argument("--mode", default="full", choices=["full", "forward"])
    flags.add_argument("--batch", type=int, default=16)
    flags.add_argument("--steps", type=int, default=10, help="steps that are timed")
    flags.add_argument("--classes", type=int, default=10, help="of the new head")
    flags.add_argument("--size", type=int, default=224, help="pixels a side")
    flags.add_argument("--threads", type=int, required=True)


def add_job_flags(flags):
    flags.add_argument("--data", required=True, help="a folder with train/<class>/* and val/<class>/*")
    flags.add_argument("--weights", help="safetensors with the base's convolutions; random ones without")
    flags.add_argument("--head-epochs", type=int, default=10)
    flags.add_argument("--tune-epochs", type=int, default=5)
    flags.add_argument("--head-lr", type=float, default=3e-3)
    flags.add_argument("--tune-lr", type=float, default=1e-5)
    flags.add_argument("--batch", type=int, default=32)
    flags.add_argument("--threads", type=int, required=True)


def tell(line):
    print(json.dumps(line), flush=True)
