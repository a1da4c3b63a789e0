import { expect, test } from "vitest";
import type { StepProfile } from "../../tasks/bench/step-profile.ts";
import type { BenchResult } from "../../tasks/bench.ts";
import { benchLines, milliseconds, rate } from "./bench.ts";
import { profileLines } from "./step-profile.ts";
import { Terminal } from "./terminal.ts";

const { colors } = new Terminal({ write: () => {} });

const result: BenchResult = {
  ...{ model: "resnet18", mode: "full", batch: 16, imageSize: { height: 224, width: 224 }, threads: 2 },
  ...{ optimizer: "sgd", steps: 10, stepMs: 1350.4, fastestMs: 1320, slowestMs: 1402.4, imagesPerSecond: 11.85 },
  ...{ loadMs: 3210, firstStepMs: 1800, peakRssMb: 1840.2, gflopPerStep: 170.4, gflops: 126.2 },
  ...{ peakGflops: 267.4, peakShare: 0.472, parameters: 11181642, trainable: 11181642, versions: {} },
};

test("a benchmark is a small table", () => {
  expect(benchLines(result, colors).join("\n")).toBe(`
  resnet18 · full · batch 16 · 224 × 224 · 2 threads · sgd

  step        1,350 ms  1,320 to 1,402, 10 steps
  images/s        11.8
  GFLOP/s          126  47.2% of the 267 that a matrix product reaches here
  work       170 GFLOP  a step, by the model's own mathematics
  memory     1,840 MiB  the most that the process has held
  load           3.2 s  until the first step, which took 1.8 s
  weights   11,181,642  11,181,642 of them trained
`);
});

test("of the forward pass names no optimizer and trains nothing", () => {
  const forward = { ...result, mode: "forward", optimizer: undefined, trainable: 0, steps: 1, threads: 1 };
  const text = benchLines(forward, colors).join("\n");
  expect(text).toContain("resnet18 · forward · batch 16 · 224 × 224 · 1 thread\n");
  expect(text).toContain("  one step\n");
  expect(text).toContain("  none of them trained\n");
});

const profile: Omit<StepProfile, "nodes"> = {
  ...{ steps: 5, ms: 100, between: { ms: 2, share: 0.02 } },
  roles: [
    {
      role: "forward",
      ms: 40,
      share: 0.4,
      ops: ["Conv", "Relu", "Add", "MaxPool"].map((op) => ({ op, ms: 10, share: 0.1 })),
    },
    { role: "dX", ms: 50, share: 0.5, ops: [{ op: "Conv", ms: 50, share: 0.5 }] },
    { role: "other", ms: 8, share: 0.08, ops: [{ op: "ReorderInput", ms: 8, share: 0.08 }] },
  ],
  ops: [
    { op: "Conv", ms: 90, share: 0.9, calls: 37, gflops: 127.4 },
    { op: "ReorderInput", ms: 8, share: 0.08, calls: 1200 },
  ],
  layers: Array.from({ length: 16 }, (_, at) => ({
    ...{ layer: `conv${at}`, op: "Conv", ms: 6, share: 0.06 },
    ...{ forwardMs: 2, dXMs: at === 0 ? 0 : 3, dWMs: 1, optimizerMs: 0.04, gflops: 99 },
  })),
};

test("a profile shows what the time is for, by op and by layer", () => {
  const text = profileLines(profile, colors);
  expect(text.slice(0, 16).join("\n")).toBe(`  with the profiler on: 100 ms a step, the mean of 5 steps
  for                 ms  share  of the step
  forward           40.0  40.0%  Conv 10.0%, Relu 10.0%, Add 10.0%
  dX of products    50.0  50.0%  Conv 50.0%
  not attributable   8.0   8.0%  ReorderInput 8.0%
  between nodes      2.0   2.0%

  by op, as the engine calls it: all 2
  op              ms  share  calls  GFLOP/s
  Conv          90.0  90.0%     37      127
  ReorderInput   8.0   8.0%  1,200

  by layer: the first 15 of 16
  layer   op     ms  share  forward   dX   dW  optimizer  GFLOP/s
  conv0   Conv  6.0   6.0%      2.0       1.0        0.0     99.0
  conv1   Conv  6.0   6.0%      2.0  3.0  1.0        0.0     99.0`);
  expect(text.filter((line) => line.startsWith("  conv")).length).toBe(15);
});

test.each([
  [0.04, "0.0", "0.04"],
  [9.996, "10.0", "10.0"],
  [99.96, "100", "100"],
  [1234.5, "1,235", "1,235"],
])("%d is %s in milliseconds, %s as a rate", (value, ms, perSecond) => {
  expect([milliseconds(value), rate(value)]).toEqual([ms, perSecond]);
});
