"""Events as TensorBoard's own classes write them: python3 make_events.py (pip install tensorboard; made with 2.21.0).

Writes events.tfevents, which src/training/tensorboard must repeat byte for byte.
"""

from pathlib import Path

from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, tensor_shape_pb2, types_pb2
from tensorboard.summary.writer.record_writer import RecordWriter


def scalar(tag, value):
    return summary_pb2.Summary.Value(tag=tag, simple_value=value)


def text(tag, value):
    return summary_pb2.Summary.Value(
        tag=tag,
        tensor=tensor_pb2.TensorProto(
            dtype=types_pb2.DT_STRING,
            tensor_shape=tensor_shape_pb2.TensorShapeProto(),
            string_val=[value.encode()],
        ),
        metadata=summary_pb2.SummaryMetadata(plugin_data=summary_pb2.SummaryMetadata.PluginData(plugin_name="text")),
    )


def event(wall_time, step, *values):
    return event_pb2.Event(wall_time=wall_time, step=step, summary=summary_pb2.Summary(value=values))


events = [
    event_pb2.Event(wall_time=1764320000.125, file_version="brain.Event:2"),
    event(1764320000.25, 0, text("phase", "**head**: epochs 1 to 2, ü")),
    event(1764320001.5, 1, scalar("batch_loss", 1.7931471805599453), scalar("batch_learning_rate", 3e-3)),
    event(1764320002.5, 300, scalar("epoch_loss", float("nan")), scalar("epoch_accuracy", 0.0)),
    event(1764320003.5, 3000000000, scalar("epoch_loss", float("inf")), scalar("epoch_loss_2", -1e-7)),
]

with open(Path(__file__).parent / "events.tfevents", "wb") as file:
    writer = RecordWriter(file)
    for one in events:
        writer.write(one.SerializeToString())
    writer.flush()
