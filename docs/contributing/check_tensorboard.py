"""Reads the event files of a folder with TensorBoard's own reader and prints each point, or writes the file of the tests.

    python check_tensorboard.py LOGS            # what TensorBoardLog wrote: tag, step, value
    python check_tensorboard.py --write FILE    # the records that EventRecordsTest compares with, by TensorBoard's writer

Needs tensorboard. A step that comes twice under one tag, or steps that fall, end it with an error.
"""
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.record_writer import RecordWriter


def read(folder):
    events = EventAccumulator(folder, size_guidance={"scalars": 0}).Reload()
    for tag in sorted(events.Tags()["scalars"]):
        points = events.Scalars(tag)
        for point in points:
            print(tag, point.step, point.value)
        steps = [point.step for point in points]
        if steps != sorted(set(steps)):
            sys.exit(f"{tag} has the steps {steps}")


def write(path):
    def value(tag, number):
        return summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag=tag, simple_value=number)])

    start = event_pb2.SessionLog(status=event_pb2.SessionLog.START)
    events = [
        event_pb2.Event(wall_time=1700000000.25, file_version="brain.Event:2"),
        event_pb2.Event(wall_time=1700000000.5, step=3, session_log=start),
        event_pb2.Event(wall_time=1700000000.5, session_log=start),
        event_pb2.Event(wall_time=1700000001.0, step=300, summary=value("train/loss", 0.75)),
        event_pb2.Event(wall_time=1700000001.0, summary=value("eval/f1_Zürich", -1e-20)),
        event_pb2.Event(wall_time=1700000001.0, step=1 << 40, summary=value("x" * 200, float("nan"))),
    ]
    with open(path, "wb") as file:
        writer = RecordWriter(file)
        for event in events:
            writer.write(event.SerializeToString())


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "--write":
        write(sys.argv[2])
    elif len(sys.argv) == 2:
        read(sys.argv[1])
    else:
        sys.exit(__doc__)
