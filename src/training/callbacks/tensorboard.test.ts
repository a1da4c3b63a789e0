import { expect, test } from "vitest";
import { eventsOf } from "../../../test/fixtures/event-file.ts";
import { epochRecord } from "../../../test/fixtures/fake-training.ts";
import { memoryStore } from "../../store/memory-store.ts";
import type { Store } from "../../store/store.ts";
import type { Control, StepEvent, TrainingEvent } from "../events.ts";
import { tensorBoard } from "./tensorboard.ts";

const control: Control = {
  stop: () => {},
  weights: async () => ({}),
  state: async () => ({}),
  restore: async () => {},
  progress: () => {
    throw new Error("event files need none");
  },
};

const step = (epoch: number, at: number, batchLoss: number): StepEvent => ({
  ...{ type: "step", epoch, step: at, steps: 2, examples: 4 * at, loss: 9, metrics: {} },
  ...{ batchLoss, learningRate: 0.5 },
});

/** A log directory with a clock that is moved by hand. */
function board(store: Store = memoryStore()) {
  const clock = { seconds: 1_764_320_000 };
  const date = () => new Date(clock.seconds * 1000).toISOString();
  const logs = tensorBoard({ store, folder: "/logs", date });
  const teller = (phase: string) => {
    const callback = logs.phase(phase);
    return async (...events: readonly TrainingEvent[]) => {
      for (const event of events) await callback(event, control);
    };
  };
  const read = async (run: string) => {
    const [name = ""] = await store.list(`/logs/${run}`);
    return eventsOf(await store.read(`/logs/${run}/${name}`));
  };
  return { store, clock, teller, read };
}

test("writes scalars by step and by epoch in runs as Keras has them, phases on one axis", async () => {
  const { teller, read } = board();
  const epoch = (at: number, valLoss: number) =>
    ({ type: "epoch", ...epochRecord(at, { loss: 0.75, valLoss, valMetrics: { accuracy: 0.25 } }) }) as const;
  await teller("head")(
    { type: "begin", epochs: 1, initialEpoch: 0, steps: 2, done: [], step: 0 },
    step(1, 1, 2),
    step(1, 2, 1),
    epoch(1, 0.5),
    { type: "end", reason: "done" },
  );
  await teller("tune")(
    { type: "begin", epochs: 2, initialEpoch: 1, steps: 2, done: [], step: 0 },
    step(2, 1, 0.5),
    epoch(2, 0.125),
    {
      type: "end",
      reason: "done",
    },
  );
  const train = await read("train");
  expect(train[0]).toEqual({ wallTime: 1_764_320_000, step: 0, fileVersion: "brain.Event:2", values: {} });
  expect(train.slice(1).map(({ step: at, values }) => [at, values])).toEqual([
    [0, { phase: "**head**: epochs 1 to 1" }],
    [1, { batch_loss: 2, batch_learning_rate: 0.5 }],
    [2, { batch_loss: 1, batch_learning_rate: 0.5 }],
    [1, { epoch_loss: 0.75, epoch_accuracy: 0.5, epoch_learning_rate: Math.fround(0.1) }],
    [1, { phase: "**tune**: epochs 2 to 2" }],
    [3, { batch_loss: 0.5, batch_learning_rate: 0.5 }],
    [2, { epoch_loss: 0.75, epoch_accuracy: 0.5, epoch_learning_rate: Math.fround(0.1) }],
  ]);
  expect((await read("validation")).slice(1).map(({ step: at, values }) => [at, values])).toEqual([
    [1, { epoch_loss: 0.5, epoch_accuracy: 0.25 }],
    [2, { epoch_loss: 0.125, epoch_accuracy: 0.25 }],
  ]);
});

test("without validation there is no validation run", async () => {
  const { store, teller } = board();
  await teller("fit")(
    { type: "begin", epochs: 1, initialEpoch: 0, steps: 1, done: [], step: 0 },
    { type: "epoch", ...epochRecord(1) },
  );
  expect(await store.list("/logs")).toEqual(["train"]);
});

test("steps wait for the disk no longer than a second, and only whole records reach it", async () => {
  const { teller, clock, read } = board();
  const tell = teller("fit");
  await tell({ type: "begin", epochs: 9, initialEpoch: 0, steps: 9, done: [], step: 0 });
  await tell(step(1, 1, 1), step(1, 2, 1));
  expect((await read("train")).length).toBe(2);
  clock.seconds += 1.5;
  await tell(step(1, 3, 1));
  const events = await read("train");
  expect(events.length).toBe(5);
  expect(events.at(-1)?.wallTime).toBe(1_764_320_001.5);
  await tell(step(1, 4, 1));
  expect((await read("train")).length).toBe(5);
  await tell({ type: "end", reason: "interrupted" });
  expect((await read("train")).length).toBe(6);
});

test("a second run into one folder has a file of its own, and counts its steps from its first epoch", async () => {
  const store = memoryStore();
  await board(store).teller("fit")(
    { type: "begin", epochs: 1, initialEpoch: 0, steps: 2, done: [], step: 0 },
    step(1, 1, 1),
  );
  await board(store).teller("fit")(
    { type: "begin", epochs: 4, initialEpoch: 3, steps: 2, done: [], step: 0 },
    step(4, 1, 1),
    {
      type: "end",
      reason: "done",
    },
  );
  const names = await store.list("/logs/train");
  expect(names).toEqual([0, 1].map((number) => `events.out.tfevents.1764320000.regraft.${number}`));
  const [, second = ""] = names;
  expect(eventsOf(await store.read(`/logs/train/${second}`)).map(({ step: at }) => at)).toEqual([0, 3, 7]);
});
