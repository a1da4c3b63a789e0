import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { FakeConsole } from "../../../test/cli-console.ts";
import type { RunEvent } from "../../tasks/run-events.ts";
import type { TrainingEvent } from "../../training/events.ts";
import { Progress } from "./progress.ts";
import { Terminal } from "./terminal.ts";

const start: RunEvent = {
  type: "start",
  model: "mobilenet",
  classes: ["ants", "bees"],
  train: 244,
  val: 153,
  head: { node: "/fc", features: 1280, reason: "the last Gemm" },
};
const phase: RunEvent = {
  type: "phase",
  name: "head",
  epochs: 10,
  learningRate: 0.001,
  trainable: 1281,
  frozen: 2206816,
  cached: true,
};
const training = (event: TrainingEvent): RunEvent => ({ type: "training", phase: "head", event });
const begin = training({ type: "begin", epochs: 10, initialEpoch: 0, steps: 4, done: [], step: 0 });
const step = (epoch: number, done: number): RunEvent =>
  training({
    type: "step",
    epoch,
    step: done,
    steps: 4,
    examples: done * 50,
    loss: 0.5,
    metrics: { accuracy: 0.75 },
    batchLoss: 0.4,
    learningRate: 0.001,
  });
const epochNumber = (number: number): RunEvent =>
  training({
    type: "epoch",
    epoch: number,
    loss: 0.25,
    metrics: { accuracy: 0.9 },
    valLoss: 0.125,
    valMetrics: { accuracy: 0.95 },
    learningRate: 0.001,
    examples: 200,
    seconds: 2,
  });
const epoch = epochNumber(1);
const features = (done: number): RunEvent => ({ type: "features", phase: "head", split: "train", done, total: 200 });

function watch(options: ConstructorParameters<typeof FakeConsole>[0] = {}) {
  const console = new FakeConsole(options);
  const progress = new Progress(new Terminal(console.stderr, console.env), { now: console.now, run: "runs/a" });
  const show = (event: RunEvent, ms = 0) => {
    console.time += ms;
    progress.show(event);
  };
  return { console, progress, show };
}

/** The lines that changed in place, without colours. */
const statusLines = ({ errors }: FakeConsole): readonly string[] =>
  errors.split("\r\u001b[2K").slice(1).map(stripVTControlCharacters);

describe("progress where nobody watches", () => {
  it("is a line per event that matters, without control codes", () => {
    const { console, progress, show } = watch();
    show(start);
    show(phase);
    show(features(100), 1000);
    show(features(200), 1000);
    show(begin);
    show(step(1, 2), 1000);
    show(epoch, 1000);
    show(training({ type: "end", reason: "done" }));
    progress.close();
    expect(console.errors).toBe(
      [
        "model  mobilenet",
        "head   /fc · its 1,280 features go to the new layers",
        "data   2 classes (ants, bees): 244 to train on, 153 to validate",
        "run    runs/a",
        "",
        "head · 10 epochs · learning rate 0.001 · 1,281 weights trained, 2,206,816 frozen · cached",
        "  features of 200 pictures (train) in 2.0 s",
        "  head  1/10  loss 0.2500  acc  90.0%  val loss 0.1250  val acc  95.0%  2.0 s",
        "",
      ].join("\n"),
    );
    expect(console.output).toBe("");
  });

  it("keeps a line of each so many epochs, and of the last one", () => {
    const console = new FakeConsole();
    const progress = new Progress(new Terminal(console.stderr), { now: console.now, run: "runs/a", every: 4 });
    progress.show(begin);
    for (let number = 1; number <= 10; number++) progress.show(epochNumber(number));
    const shown = console.errors.matchAll(/head +(\d+)\/10/g);
    expect([...shown].map(([, number]) => number)).toEqual(["4", "8", "10"]);
  });
});

describe("progress on a terminal", () => {
  it("shows speed, loss, accuracy and the time left of the phase", () => {
    const { console, show } = watch({ isTTY: true, columns: 120 });
    show(begin);
    show(step(1, 2), 1000);
    // 100 images in 1 s; half an epoch in 1 s, so that 9.5 epochs are left.
    expect(statusLines(console)).toEqual([
      "  head  1/10  ━━━━━━━━━━──────────  100 images/s  loss 0.5000  acc 75.0%  0:19 left",
    ]);
    show(step(1, 4), 1000);
    show(epoch, 2000);
    show(step(2, 2), 1000);
    // The first epoch took 4 s with its validation, so that 1.5 epochs took 5 s; 8.5 are left.
    expect(statusLines(console).at(-1)).toBe(
      "  head  2/10  ━━━━━━━━━━──────────  100 images/s  loss 0.5000  acc 75.0%  0:29 left",
    );
  });

  it("shows how far the features are", () => {
    const { console, show } = watch({ isTTY: true });
    show(phase);
    show(features(50), 2000);
    expect(statusLines(console)).toEqual(["  features train  ━━━━━───────────────  25 images/s  0:06 left"]);
    show(features(200), 4000);
    expect(statusLines(console).at(-1)).toBe("  features of 200 pictures (train) in 6.0 s\n");
  });

  it("leaves facts out where the terminal is narrow, and never wraps", () => {
    const { console, show } = watch({ isTTY: true, columns: 56 });
    show(begin);
    show(step(1, 2), 1000);
    expect(statusLines(console)).toEqual(["  head  1/10  ━━━━━━━━━━──────────  100 images/s"]);
  });

  it("does not write more often than an eye can follow", () => {
    const { console, show } = watch({ isTTY: true });
    show(begin);
    for (let ms = 0; ms < 100; ms++) show(step(1, 1), 1);
    expect(statusLines(console)).toHaveLength(2);
  });
});

it("tells in a few lines what could spoil the training, and no notes", () => {
  const to = watch();
  const finding = (severity: "error" | "warning" | "note", sentence: string) => ({
    ...({ severity, code: "copies", sentence, hint: "Remove them.", classes: [], files: 2 } as const),
  });
  to.show({ type: "health", depth: "bytes", findings: [finding("note", "Nothing much.")] });
  expect(to.console.errors).toBe("");
  const findings = [finding("error", "A leak."), finding("warning", "Few."), finding("note", "Nothing much.")];
  to.show({ type: "health", depth: "bytes", findings });
  expect(to.console.errors).toBe(
    "✗      A leak.\n!      Few.\n       regraft check tells which files, and what to do\n",
  );
});
