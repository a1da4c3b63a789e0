"""What the real TensorBoard reads in a log directory: python3 read_events.py <folder>  (pip install tensorboard)

Every record's checksums are checked on the way. Prints a line per run and tag: run, tag, [step, value], ...
"""

import sys
from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

root = Path(sys.argv[1])
for folder in sorted({path.parent for path in root.rglob("*tfevents*")}):
    events = EventAccumulator(str(folder), size_guidance={"scalars": 0, "tensors": 0})
    events.Reload()
    tags = events.Tags()
    for tag in tags["scalars"]:
        print(folder.relative_to(root), tag, *[[one.step, round(one.value, 6)] for one in events.Scalars(tag)])
    for tag in tags["tensors"]:
        print(folder.relative_to(root), tag, *[[one.step, one.tensor_proto.string_val[0].decode()] for one in events.Tensors(tag)])
