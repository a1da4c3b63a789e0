import picocolors from "picocolors";
import { expect, it } from "vitest";
import type { DemoResult } from "../../tasks/demo.ts";
import { demoHeading, demoSummary } from "./demo.ts";

const colors = picocolors.createColors(false);

const result: DemoResult = {
  folder: "runs/demo",
  pictures: "runs/demo/pictures",
  run: "runs/demo/run",
  model: "sketchnet",
  classes: ["heart", "star"],
  train: 40,
  val: 100,
  transfer: { epochs: 30, seconds: 12.2, valLoss: 0.3, valAccuracy: 0.9 },
  scratch: { epochs: 30, seconds: 31.4, valLoss: 0.69, valAccuracy: 0.55 },
  predictions: [
    { image: "unseen/heart.png", truth: "heart", label: "heart", score: 0.75, top: [] },
    { image: "unseen/star.png", truth: "star", label: "heart", score: 0.5, top: [] },
  ],
  stopped: "done",
};

it("shows what was seen, transfer beside scratch, where things are and what to type next", () => {
  expect(demoSummary(result, colors).join("\n")).toBe(`\
  ✓  unseen/heart.png  ━━━━━━━━━━━━━━━─────  75.0%  heart
  ✗  unseen/star.png   ━━━━━━━━━━──────────  50.0%  heart (a star)

  Accuracy on 100 other pictures; guessing gives 50.0%
  transfer      ━━━━━━━━━━━━━━━━━━──  90.0%  30 epochs  12 s
  from scratch  ━━━━━━━━━━━─────────  55.0%  30 epochs  31 s

✓ 90.0% right, trained in 12 s → runs/demo/run
  pictures  runs/demo/pictures
  model     runs/demo/run/model
  history   runs/demo/run/history.jsonl

  next
    npx regraft evaluate runs/demo/run runs/demo/pictures/val
    npx regraft predict runs/demo/run unseen/heart.png
    npx regraft inspect runs/demo/run

  with your own photos: a folder with one folder of photos per class, and an ImageNet model in ONNX
    npx regraft train <photos> --model <model>`);
});

it("says that it was stopped, and leaves out what there is not", () => {
  const stopped = demoSummary({ ...result, stopped: "interrupted", scratch: undefined, predictions: [] }, colors);
  const text = stopped.join("\n");
  expect(text).toContain("stopped by Ctrl-C before the end");
  expect(text).not.toContain("from scratch");
  expect(text).not.toContain("regraft predict");
});

it("numbers the steps", () => {
  const titles = (["draw", "transfer", "scratch", "predict"] as const).map((step) => demoHeading(step, colors)[1]);
  expect(titles.map((title) => title?.slice(0, 2))).toEqual(["1.", "2.", "3.", "4."]);
});
