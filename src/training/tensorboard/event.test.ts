import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type Event, encodeEvent } from "./event.ts";
import { record } from "./record.ts";

/** As in make_events.py beside the file. */
const events: readonly Event[] = [
  { wallTime: 1764320000.125, fileVersion: "brain.Event:2" },
  { wallTime: 1764320000.25, summaries: [{ tag: "phase", text: "**head**: epochs 1 to 2, ü" }] },
  {
    wallTime: 1764320001.5,
    step: 1,
    summaries: [
      { tag: "batch_loss", scalar: 1.7931471805599453 },
      { tag: "batch_learning_rate", scalar: 3e-3 },
    ],
  },
  {
    wallTime: 1764320002.5,
    step: 300,
    summaries: [
      { tag: "epoch_loss", scalar: Number.NaN },
      { tag: "epoch_accuracy", scalar: 0 },
    ],
  },
  {
    wallTime: 1764320003.5,
    step: 3_000_000_000,
    summaries: [
      { tag: "epoch_loss", scalar: Number.POSITIVE_INFINITY },
      { tag: "epoch_loss_2", scalar: -1e-7 },
    ],
  },
];

test("events are written byte for byte as TensorBoard's own classes write them", () => {
  const golden = readFileSync(new URL("../../../test/golden/tensorboard/events.tfevents", import.meta.url));
  const bytes = Buffer.concat(events.map((event) => record(encodeEvent(event))));
  expect(bytes.toString("hex")).toBe(golden.toString("hex"));
});
