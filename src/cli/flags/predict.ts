import { type Flags, many, type Operands } from "../flag.ts";
import { wholeNumber } from "../values.ts";
import { runOperand, threads } from "./shared.ts";

export const predictOperands = {
  run: runOperand,
  images: many("images", "picture files"),
} as const satisfies Operands;

export const predictFlags = {
  top: { term: "--top <k>", about: "classes to show per picture (default: 5)", parse: wholeNumber({ min: 1 }) },
  threads,
} as const satisfies Flags;
