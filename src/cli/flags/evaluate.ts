import { type Flags, type Operands, one } from "../flag.ts";
import { batch, maxBadFraction, runOperand, threads } from "./shared.ts";

export const evaluateOperands = {
  run: runOperand,
  data: one("data", "folder of pictures: <class>/*"),
} as const satisfies Operands;

export const evaluateFlags = { batch, maxBadFraction, threads } as const satisfies Flags;
