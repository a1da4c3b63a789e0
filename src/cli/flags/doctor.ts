import { type Flags, type Operands, one, onOff } from "../flag.ts";
import { batch, headAt, preprocessing, seed, threads } from "./shared.ts";

export const doctorOperands = {
  model: one("model", "a known model's name, hf:owner/name, a model folder, a run or an .onnx file"),
} as const satisfies Operands;

export const doctorFlags = {
  batch,
  measure: onOff("--no-measure", "look only: run no steps"),
  gradcheck: onOff("--gradcheck", "compare gradients with differences of the loss, on this model"),
  headAt,
  preprocessing,
  seed,
  threads,
} as const satisfies Flags;
