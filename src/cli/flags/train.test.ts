import { describe, expect, it } from "vitest";
import { FakeConsole } from "../../../test/cli-console.ts";
import { preprocessingPresets } from "../../image/presets.ts";
import { fineTuneDefaults, loraLearningRate, scratchEpochs } from "../../tasks/recipe.ts";
import { command } from "../command.ts";
import { runCli } from "../run-cli.ts";
import { trainFlags, trainOperands } from "./train.ts";

/** The options that `regraft train` makes of its arguments. */
async function optionsOf(...argv: readonly string[]): Promise<object> {
  let seen: object = {};
  const train = command({
    name: "train",
    about: "",
    operands: trainOperands,
    flags: trainFlags,
    examples: [],
    load: async () => async (invocation) => {
      seen = { ...invocation.operands, ...invocation.flags };
      return 0 as const;
    },
  });
  const console = new FakeConsole();
  const code = await runCli(["train", ...argv], { commands: [train], version: "0", console });
  expect([code, console.errors]).toEqual([0, ""]);
  return seen;
}

const rows: readonly (readonly [argv: readonly string[], option: object])[] = [
  [["--out", "runs/a"], { out: "runs/a" }],
  [["--val", "0.3"], { val: 0.3 }],
  [["--val", "held-out"], { val: "held-out" }],
  [["--overwrite"], { overwrite: true }],
  [["--tensorboard"], { tensorBoard: true }],
  [["--tensorboard", "logs"], { tensorBoard: "logs" }],
  [["--csv", "--overwrite"], { csv: true, overwrite: true }],
  [["--csv", "epochs.csv"], { csv: "epochs.csv" }],
  [["--check"], { check: true }],
  [["--dtype", "float16"], { dtype: "float16" }],
  [["--dtype", "fp32"], { dtype: "float32" }],
  [["--no-report"], { report: false }],
  [["--resume", "runs/a"], { resume: "runs/a" }],
  [["--checkpoint-every", "500"], { checkpointEvery: { steps: 500 } }],
  [["--checkpoint-every", "10m"], { checkpointEvery: { seconds: 600 } }],
  [["--keep-checkpoints", "3"], { keepCheckpoints: 3 }],
  [["--max-bad-fraction", "0.5"], { maxBadFraction: 0.5 }],
  [["--no-memory-check"], { checkMemory: false }],
  [["--head-epochs", "4"], { headEpochs: 4 }],
  [["--tune-epochs", "0"], { tuneEpochs: 0 }],
  [["--head-lr", "1e-2"], { headLearningRate: 0.01 }],
  [["--tune-lr", "0.0001"], { tuneLearningRate: 1e-4 }],
  [["--unfreeze", "last 3"], { unfreeze: { lastLayers: 3 } }],
  [["--from-scratch"], { fromScratch: true }],
  [["--epochs", "30"], { epochs: 30 }],
  [["--lr", "0.01"], { learningRate: 0.01 }],
  [["--batch-norm", "training"], { batchNorm: "training" }],
  [["--lora", "8"], { lora: 8 }],
  [["--lora-alpha", "16"], { loraAlpha: 16 }],
  [["--lora-targets", "query, value"], { loraTargets: ["query", "value"] }],
  [["--batch", "8"], { batch: 8 }],
  [["--accumulate", "4"], { accumulate: 4 }],
  [["--optimizer", "adamw"], { optimizer: "adamw" }],
  [["--loss", "bce"], { loss: "binaryCrossEntropy" }],
  [["--loss", "softmaxCrossEntropy"], { loss: "softmaxCrossEntropy" }],
  [["--loss", "mse"], { loss: "meanSquaredError" }],
  [["--patience", "2"], { patience: 2 }],
  [["--augment"], { augment: true }],
  [["--hidden", "256,64"], { hidden: [256, 64] }],
  [["--dropout", "0"], { dropout: 0 }],
  [["--label-smoothing", "0.1"], { labelSmoothing: 0.1 }],
  [["--class-weights", "balanced"], { classWeights: "balanced" }],
  [["--class-weights", "ants=2, x=y=0.5"], { classWeights: { ants: 2, "x=y": 0.5 } }],
  [["--sampling", "balanced"], { sampling: "balanced" }],
  [["--metric", "macroF1"], { metric: "macroF1" }],
  [["--threshold", "f1"], { threshold: "f1" }],
  [["--threshold", "0.3"], { threshold: 0.3 }],
  [["--head-at", "/fc/Gemm"], { headAt: "/fc/Gemm" }],
  [["--preprocessing", "caffe"], { preprocessing: "caffe" }],
  [["--seed", "7"], { seed: 7 }],
  [["--threads", "2"], { threads: 2 }],
];

describe("the flags of train", () => {
  it("give nothing that was not typed", async () => {
    expect(await optionsOf("photos", "--model", "m")).toEqual({ data: "photos", model: "m" });
  });

  it.each(rows)("%j gives %j", async (argv, option) => {
    expect(await optionsOf("photos", "--model", "m", ...argv)).toEqual({ data: "photos", model: "m", ...option });
  });

  it("are all tried above", () => {
    const tried = rows.flatMap(([, option]) => Object.keys(option));
    expect(new Set([...tried, "model"])).toEqual(new Set(Object.keys(trainFlags)));
  });

  it("tell the defaults that training has", () => {
    const told = Object.entries(trainFlags).flatMap(([name, { about }]) => {
      const value = /\(default: ([^\s);]+)[);]/.exec(about)?.[1];
      return value === undefined || !(name in fineTuneDefaults) ? [] : [[name, value] as const];
    });
    const defaults = new Map<string, unknown>(Object.entries(fineTuneDefaults));
    for (const [name, value] of told) {
      const wanted = defaults.get(name);
      expect([name, typeof wanted === "number" ? Number(value) : value]).toEqual([name, wanted]);
    }
    expect(told.length).toBe(
      Object.keys(fineTuneDefaults).filter((name) => name !== "hidden" && name !== "fromScratch").length,
    );
  });

  it("tell the epochs from scratch", () => {
    expect(trainFlags.epochs.about).toContain(`(default: ${scratchEpochs})`);
  });

  it("tell the learning rate that goes with adapters", () => {
    expect(trainFlags.tuneLearningRate.about).toContain(`with --lora ${loraLearningRate})`);
  });

  it("name the presets that there are", () => {
    for (const name of Object.keys(preprocessingPresets)) expect(trainFlags.preprocessing.about).toContain(name);
  });
});
