import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { FakeConsole } from "../../../test/cli-console.ts";
import type { Diagnosis } from "../../tasks/doctor.ts";
import { diagnosisLines } from "./diagnosis.ts";
import { Terminal, widthOf } from "./terminal.ts";

const megabyte = 1e6;
const estimated = {
  heldBytes: 200 * megabyte,
  engineBytes: 10 * megabyte,
  heapBytes: 20 * megabyte,
  constantBytes: 8 * megabyte,
  stateBytes: 2000,
  arenaBytes: 100 * megabyte,
  pictureBytes: 20 * megabyte,
  copyBytes: 4000,
  peakBytes: 358 * megabyte,
  addressBytes: 900 * megabyte,
};

const found: Diagnosis = {
  model: "my net",
  file: "my net/model.onnx",
  fileBytes: 1000,
  irVersion: 8,
  producer: "pytorch",
  opset: 17,
  changes: [],
  input: { name: "x", shape: ["N", 3, 224, 224], layout: "NCHW" },
  output: { name: "y", shape: ["N", 5] },
  head: undefined,
  parameters: 10,
  labels: undefined,
  preprocessing: undefined,
  preprocessingSource: undefined,
  trainable: false,
  trainableFrom: "/b",
  ops: {},
  trains: "from",
  flags: ["--unfreeze", "/b", "--preprocessing", "<preset>"],
  layers: [],
  findings: [
    { check: "file", verdict: "ok", text: "my net/model.onnx, 1.0 kB", details: ["opset 17"] },
    {
      check: "training",
      verdict: "warning",
      text: "1 of 2 layers can be trained: those from /b on, and not the others that stand before it in the graph",
      hint: "Train with --unfreeze /b.",
    },
  ],
  steps: [
    {
      ...{ phase: "head", unfreeze: "none", batch: 32, trained: 12810, cached: true, estimated },
      measured: { steps: 7, seconds: 0.01, frozenSecondsPerPicture: 0.02, grownBytes: 90 * megabyte },
    },
    {
      ...{ phase: "tune", unfreeze: { from: "/b" }, batch: 32, trained: 2219626, cached: false, estimated },
      measured: { steps: 0, seconds: 41, frozenSecondsPerPicture: undefined, grownBytes: undefined },
    },
  ],
};

function lines(diagnosis: Diagnosis, { isTTY = false, columns = 80 } = {}): readonly string[] {
  const terminal = new Terminal(new FakeConsole({ isTTY, columns }).stdout);
  return diagnosisLines(diagnosis, terminal).map(stripVTControlCharacters);
}

describe("a diagnosis", () => {
  it("is a line per fact where a program reads", () => {
    expect(lines(found).join("\n")).toBe(`
  my net

  ✓ file      my net/model.onnx, 1.0 kB
              opset 17
  ! training  1 of 2 layers can be trained: those from /b on, and not the others that stand before it in the graph
              → Train with --unfreeze /b.

  a step of 32                  a new head alone  the base too
  trained numbers                         12,810     2,219,626
  memory, estimated                     + 158 MB      + 158 MB
    frozen weights                        8.0 MB        8.0 MB
    trained weights, optimizer            2.0 kB        2.0 kB
    activations, gradients                100 MB        100 MB
    pictures, features                   20.0 MB       20.0 MB
    copies of the weights                 4.0 kB        4.0 kB
    the engine itself                    10.0 MB       10.0 MB
    heaps, decoding                      20.0 MB       20.0 MB
  memory, measured                     + 90.0 MB             –
  time, measured                           10 ms    about 41 s
    and once per picture                   20 ms
  about: 32 pictures take too long to try; worked out from steps of 1 and 4

  ✓ trainable: a new head, then the layers behind what stops the gradient
    npx regraft train <pictures> --model 'my net' --unfreeze /b --preprocessing <preset>
`);
  });

  it("fits between the edges where a person reads", () => {
    const text = lines(found, { isTTY: true, columns: 60 });
    const findings = text.slice(0, text.indexOf("", 3));
    expect(Math.max(...findings.map(widthOf))).toBeLessThanOrEqual(60);
    expect(text.join("\n")).toContain("those from /b\n              on, and not the others");
  });

  it("of a model that cannot be trained offers no command", () => {
    const text = lines({ ...found, trains: "nothing", flags: [], steps: [] }).join("\n");
    expect(text).toContain("✗ not trainable as it is\n");
    expect(text).not.toContain("npx regraft");
  });

  it("says what must be there first where no preset fits", () => {
    expect(lines({ ...found, trains: "all", flags: [] }).join("\n")).toContain(
      "    with a preprocessor_config.json beside it:\n    npx regraft train <pictures> --model 'my net'",
    );
  });

  it("says why nothing was measured", () => {
    const [step] = found.steps;
    const steps = step
      ? [{ ...step, measured: undefined, notMeasured: "it would take 9.0 GB, and 4.0 GB are free" }]
      : [];
    expect(lines({ ...found, steps }).join("\n")).toContain(
      "  not measured: it would take 9.0 GB, and 4.0 GB are free",
    );
  });

  it("shows each layer's gradient, and what could not be told", () => {
    const layers = [
      { node: "/a", op: "Conv", weight: "a", verdict: "ok", error: 0.0042, uncertainty: 0.011 },
      { node: "/long/b", op: "Gemm", weight: "b", verdict: "fail", error: 0.5, uncertainty: 0.0001 },
      { node: "/c", op: "Conv", weight: "c", verdict: "inconclusive", error: 0, uncertainty: 1, reason: "no slope" },
    ] as const;
    const text = lines({ ...found, gradients: { layers, of: 9, tolerance: 0.02, pictures: 4 } }).join("\n");
    expect(text).toContain(`
  gradients against differences of the loss: 3 of 9 layers, 4 pictures of noise
  wrong is what is off by more than 2% and 3 times its ±
  ✓  /a       Conv   off by 0.4%    ± 1.1%
  ✗  /long/b  Gemm  off by 50.0%  ± 0.010%
  !  /c       Conv                          no slope
`);
  });
});
