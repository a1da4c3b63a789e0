import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { FakeConsole } from "../../../test/cli-console.ts";
import { DataError } from "../../base/errors.ts";
import type { Inspection } from "../../tasks/inspect.ts";
import { inspectionLines } from "./inspection.ts";
import { printPrediction } from "./prediction.ts";
import { Terminal } from "./terminal.ts";
import { trainSummary } from "./train-summary.ts";

function ui({ json = false, isTTY = false } = {}) {
  const console = new FakeConsole({ isTTY });
  const [out, err] = [new Terminal(console.stdout), new Terminal(console.stderr)];
  return {
    console,
    out,
    err,
    json,
    signal: { aborted: false },
    fetching: <T>(fetch: () => Promise<T>) => fetch(),
    now: console.now,
  };
}

const { colors } = ui().out;

describe("predictions", () => {
  const found = {
    image: "a.jpg",
    label: "bees",
    score: 0.75,
    top: [
      { label: "bees", score: 0.75 },
      { label: "ants", score: 0.25 },
    ],
  };
  const images = ["a.jpg", "longer.jpg"];

  it("say all on each line where a program reads", () => {
    const to = ui();
    printPrediction(found, images, to);
    expect(to.console.output).toBe("a.jpg        75.0%  bees\na.jpg        25.0%  ants\n");
  });

  it("have a bar and the name once where a person reads", () => {
    const to = ui({ isTTY: true });
    printPrediction(found, images, to);
    expect(stripVTControlCharacters(to.console.output)).toBe(
      "a.jpg        75.0%  ━━━━━━━━━━━━────  bees\n             25.0%  ━━━━────────────  ants\n",
    );
  });

  it("keep the end of a long path", () => {
    const to = ui({ isTTY: true });
    const image = `${"folder/".repeat(12)}a.jpg`;
    printPrediction({ ...found, image }, [image], to);
    const [first = "", second = ""] = stripVTControlCharacters(to.console.output).split("\n");
    expect(first.startsWith("…older/folder/")).toBe(true);
    expect(first.indexOf("75.0%")).toBe(second.indexOf("25.0%"));
  });

  it("name a picture that cannot be read, and go to stderr", () => {
    const to = ui();
    printPrediction({ image: "b.jpg", error: new DataError("unreadable-image", "Not a picture.") }, images, to);
    expect([to.console.output, to.console.errors]).toEqual(["", "error: b.jpg: Not a picture.\n  unreadable-image\n"]);
  });

  it("are a JSON object per picture with --json", () => {
    const to = ui({ json: true });
    printPrediction(found, images, to);
    printPrediction({ image: "b.jpg", error: new DataError("unreadable-image", "No.", { hint: "Look." }) }, images, to);
    expect(to.console.objects).toEqual([
      { type: "prediction", ...found },
      { type: "error", image: "b.jpg", code: "unreadable-image", message: "No.", hint: "Look." },
    ]);
  });
});

describe("the end of a run", () => {
  const result = {
    run: "runs/bees",
    classes: ["ants", "bees"],
    phases: [
      { name: "head", learningRate: 3e-3, epochs: 10, seconds: 6.2, valLoss: 0.12, valAccuracy: 0.954 },
      { name: "tune", learningRate: 1e-5, epochs: 3, seconds: 41, valLoss: 0.11, valAccuracy: 0.967 },
    ],
    valLoss: 0.11,
    valAccuracy: 0.967,
    skipped: [],
    stopped: "done",
  } as const;

  it("shows the phases, the model's place and what to type next", () => {
    expect(trainSummary(result, ["npx regraft predict runs/bees a.jpg"], colors).join("\n")).toBe(`
  head  10 epochs  6.2 s  val loss 0.1200  val acc 95.4%
  tune   3 epochs   41 s  val loss 0.1100  val acc 96.7%

  ✓ 96.7% of the validation pictures right → runs/bees

  next
    npx regraft predict runs/bees a.jpg`);
  });

  it("says how few weights adapters took, and where they are", () => {
    const lora = {
      rank: 8,
      alpha: 8,
      modules: ["a", "b"],
      skipped: [],
      trainable: 149505,
      frozen: 2206816,
      path: "runs/bees/adapter",
    };
    expect(trainSummary({ ...result, lora }, [], colors)).toContain(
      "  adapters of rank 8 on 2 layers: 149,505 weights tuned, 6.3% of all → runs/bees/adapter",
    );
  });

  it("does not call a result good that guessing would give", () => {
    const text = trainSummary({ ...result, valAccuracy: 0.55 }, [], colors).join("\n");
    expect(text).toContain("! 55.0% of the validation pictures right");
    expect(text).toContain("no better than guessing, which gives 50.0%");
  });

  it("says why it ended early and lists what was skipped", () => {
    const skipped = Array.from({ length: 22 }, (_, at) => ({ name: `ants/${at}.gif`, reason: "cut off" }));
    const text = trainSummary({ ...result, stopped: "interrupted", skipped }, [], colors).join("\n");
    expect(text).toContain("stopped by Ctrl-C; the best model so far is kept");
    expect(text).toContain("22 pictures skipped");
    expect(text).toContain("    ants/0.gif   cut off");
    expect(text).not.toContain("ants/20.gif");
    expect(text).toContain("and 2 more");
  });
});

describe("an inspection", () => {
  const found: Inspection = {
    model: "squeezenet",
    file: "squeezenet/onnx/model.onnx",
    producer: "pytorch",
    opset: 13,
    changes: [],
    input: { name: "pixel_values", shape: ["N", 3, 224, 224], layout: "NCHW" },
    output: { name: "logits", shape: ["N", 1000] },
    head: { node: "/fc", kind: "Gemm", features: 512, classes: 1000, softmax: true, reason: "the last Gemm" },
    parameters: 1248424,
    labels: 1000,
    preprocessing: {
      resize: { kind: "shortest-edge", size: 256 },
      interpolation: "bilinear",
      crop: { width: 224, height: 224 },
      scale: 1 / 255,
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
      channels: "RGB",
      layout: "NCHW",
    },
    preprocessingSource: "preprocessor_config.json",
    trainable: true,
    trainableFrom: "/conv1",
    ops: { Conv: 26, Relu: 26 },
    layers: [
      { node: "/conv1", op: "Conv", parameters: 1792 },
      { node: "/fc", op: "Gemm", parameters: 513000 },
    ],
  };

  it("is a line per fact", () => {
    expect(inspectionLines(found, { nodes: false, colors }).join("\n")).toBe(`
  squeezenet

  input       pixel_values [N, 3, 224, 224] NCHW
  output      logits [N, 1000]
  opset       13 by pytorch
  parameters  1,248,424
  head        /fc Gemm, then Softmax
              512 features → 1,000 classes
              the last Gemm
  labels      1,000
  pictures    short side to 256 (bilinear), centre 224 × 224, RGB
              (byte × 0.003922 − [0.485 0.456 0.406]) / [0.229 0.224 0.225]
              says preprocessor_config.json
  trainable   all of it
  ops         Conv 26  Relu 26
`);
  });

  it("lists the layers on demand", () => {
    const text = inspectionLines(found, { nodes: true, colors }).join("\n");
    expect(text).toContain("  layers\n    /conv1  Conv    1,792\n    /fc     Gemm  513,000");
  });

  it("says what is missing and what to do", () => {
    const poor: Inspection = {
      ...found,
      head: undefined,
      headError: "No classifier was found.",
      labels: undefined,
      preprocessing: undefined,
      trainable: false,
      trainableFrom: "/fc",
      stops: { node: "/lstm", op: "LSTM", reason: "no gradient rule" },
    };
    const text = inspectionLines(poor, { nodes: false, colors }).join("\n");
    expect(text).toContain("head        not found: No classifier was found.");
    expect(text).toContain("labels      none given");
    expect(text).toContain("pictures    not described: pass --preprocessing <preset> to train");
    expect(text).toContain('trainable   from /fc on: --unfreeze /fc\n              LSTM "/lstm": no gradient rule');
  });
});
