import { type Flags, type Operands, one, onOff } from "../flag.ts";
import { headAt } from "./shared.ts";

export const inspectOperands = {
  model: one("model", "a known model's name, hf:owner/name, a model folder, a run or an .onnx file"),
} as const satisfies Operands;

export const inspectFlags = {
  headAt,
  nodes: onOff("--nodes", "list the layers with weights, as --unfreeze takes them"),
} as const satisfies Flags;
