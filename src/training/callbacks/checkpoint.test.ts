import { describe, expect, test } from "vitest";
import { FakeRun } from "../../../test/fixtures/fake-control.ts";
import { floats } from "../../base/tensor.ts";
import { memoryStore } from "../../store/memory-store.ts";
import { readNote } from "../checkpoints/checkpoint-note.ts";
import { Checkpoints } from "../checkpoints/checkpoints.ts";
import { lastCheckpoint } from "../checkpoints/last-checkpoint.ts";
import { type CheckpointPace, checkpointing } from "./checkpoint.ts";

function started(every: CheckpointPace = {}) {
  const store = memoryStore();
  const checkpoints = new Checkpoints({ store, folder: "/run/checkpoints", keep: 2 });
  const clock = { ms: 0 };
  const writing = checkpointing({ checkpoints, every, now: () => clock.ms });
  const latest = async () => (await checkpoints.latest()).checkpoint;
  const noteOf = async () => {
    const checkpoint = await latest();
    if (!checkpoint) throw new Error("there is no checkpoint");
    return readNote(checkpoint);
  };
  return { store, checkpoints, clock, writing, latest, noteOf };
}

describe("checkpoints", () => {
  test("hold the state with optimizer slots, where the run stands, and the best weights", async () => {
    const { checkpoints, writing } = started();
    const run = new FakeRun(writing.phase({ phase: "fit" }));
    await run.begin();
    await run.valLosses(3, 1, 2);
    const last = await lastCheckpoint(checkpoints);
    expect(last?.fit.state).toEqual({ w: floats([3]), "momentum:w": floats([-3]) });
    expect(last?.fit.progress).toMatchObject({ epoch: 4, step: 0, updates: 3 });
    expect(last?.fit.progress.records.map(({ valLoss }) => valLoss)).toEqual([3, 1, 2]);
    expect(last?.best).toMatchObject({ record: { epoch: 2, valLoss: 1 }, weights: { w: floats([2]) } });
    expect(last).toMatchObject({ phase: "fit", began: undefined });
  });

  test("of a later phase say with what weights it began, and that an earlier epoch is still the best", async () => {
    const { checkpoints, writing } = started();
    const head = new FakeRun(writing.phase({ phase: "head" }));
    await head.begin();
    await head.valLosses(3, 1);
    const tune = new FakeRun(writing.phase({ phase: "tune" }));
    await tune.begin();
    await tune.epoch(3, { valLoss: 2 });
    expect(await lastCheckpoint(checkpoints)).toMatchObject({
      phase: "tune",
      began: { w: floats([2]) },
      best: undefined,
    });
    await tune.epoch(4, { valLoss: 0.5 });
    expect(await lastCheckpoint(checkpoints)).toMatchObject({
      began: { w: floats([2]) },
      best: { record: { epoch: 4 }, weights: { w: floats([4]) } },
    });
  });

  test("are written within an epoch after so many steps", async () => {
    const { writing, latest } = started({ steps: 3 });
    const run = new FakeRun(writing.phase({ phase: "fit" }));
    await run.begin();
    const seen: (number | undefined)[] = [];
    for (let step = 1; step <= 7; step++) {
      await run.step();
      seen.push((await latest())?.steps);
    }
    expect(seen).toEqual([undefined, undefined, 3, 3, 3, 6, 6]);
  });

  test("are written within an epoch when the last one is old", async () => {
    const { writing, latest, clock } = started({ seconds: 60 });
    const run = new FakeRun(writing.phase({ phase: "fit" }));
    await run.begin();
    clock.ms = 59_999;
    await run.step();
    expect(await latest()).toBeUndefined();
    clock.ms = 60_000;
    await run.step();
    expect(await latest()).toMatchObject({ epochs: 0, steps: 2 });
    clock.ms = 119_999;
    await run.step();
    expect(await latest()).toMatchObject({ steps: 2 });
  });

  test("are written where someone stops the run, and only then", async () => {
    const { writing, latest } = started();
    const run = new FakeRun(writing.phase({ phase: "fit" }));
    await run.begin();
    await run.step();
    await run.end();
    expect(await latest()).toBeUndefined();
    run.stopped = "interrupted";
    await run.end();
    expect(await latest()).toMatchObject({ epochs: 0, steps: 1 });
  });

  test.each([
    ["of a step", async (run: FakeRun) => run.step(Number.NaN)],
    ["of the validation data", async (run: FakeRun) => run.epoch(2, { valLoss: Number.POSITIVE_INFINITY })],
  ] as const)("stop where the loss %s is no number", async (_, lose) => {
    const { writing, latest } = started({ steps: 1 });
    const run = new FakeRun(writing.phase({ phase: "fit" }));
    await run.begin();
    await run.epoch(1, { valLoss: 1 });
    await lose(run);
    await run.step();
    run.stopped = "interrupted";
    await run.end();
    expect(await latest()).toMatchObject({ epochs: 1, steps: 0 });
  });

  test("bear measures that say nothing, and what the run adds", async () => {
    const { writing, noteOf } = started();
    const run = new FakeRun(writing.phase({ phase: "fit", about: { names: ["a"] } }));
    await run.begin();
    await run.epoch(1, { valLoss: 1, valMetrics: { rocAuc: Number.NaN } });
    const note = await noteOf();
    expect(note.about).toEqual({ names: ["a"] });
    expect(note.progress.records[0]?.valMetrics).toEqual({ rocAuc: Number.NaN });
  });

  test.each([{ steps: 0 }, { steps: 1.5 }, { seconds: 0 }])("are not written every %j", (every) => {
    expect(() => started(every)).toThrow(expect.objectContaining({ code: "bad-option" }));
  });
});
