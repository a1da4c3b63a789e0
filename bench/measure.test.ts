import { expect, test } from "vitest";
import { measuredOf } from "./measure.ts";

const step = { type: "step", round: 2, contestant: "keras", network: "resnet50", mode: "forward" } as const;
const job = { type: "job", round: 1, contestant: "pytorch" } as const;
const ended = { code: 0, output: "", errors: "", seconds: 30, peakRssMb: 900 };

test("a step's record has what its process told", () => {
  const output = '{"stepMs": 200, "peakRssMb": 700, "versions": {"keras": "3.15.1"}}';
  expect(measuredOf(step, { ...ended, output }, { steps: 5 })).toEqual({
    // More forward passes are timed than whole steps.
    record: { ...step, steps: 15, stepMs: 200, peakRssMb: 700 },
    versions: { keras: "3.15.1" },
  });
  expect(measuredOf({ ...step, mode: "full" }, { ...ended, output }, { steps: 5 }).record).toMatchObject({ steps: 5 });
});

test("a job's seconds and memory are those of the whole process", () => {
  const output = '{"headSeconds": 12, "tuneSeconds": 15, "accuracy": 0.96}';
  const told = { headSeconds: 12, tuneSeconds: 15, accuracy: 0.96 };
  expect(measuredOf(job, { ...ended, output }, { steps: 5 }).record).toEqual({
    ...job,
    ...told,
    seconds: 30,
    peakRssMb: 900,
  });
  const elsewhere = measuredOf(job, { ...ended, output, peakRssMb: undefined }, { steps: 5 });
  expect(elsewhere.record).toEqual({ ...job, ...told, seconds: 30 });
});

test.each([
  [{ code: 1, errors: "Traceback\nMemoryError" }, "MemoryError"],
  [{ code: 1, errors: "error: No.\n  no-model", output: '{"type":"error","message":"No."}' }, "No."],
  [{ code: 1, errors: "" }, "it ended with code 1"],
  [{ code: undefined, errors: "" }, "it was ended by a signal"],
  [{ output: "done" }, "its last line is not the JSON that it should be"],
])("a process that ended with %j is a failure", (end, reason) => {
  const what = { round: 2, contestant: "keras", what: "resnet50 forward" };
  expect(measuredOf(step, { ...ended, ...end }, { steps: 5 }).record).toEqual({ type: "failure", ...what, reason });
});
