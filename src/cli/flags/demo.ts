import type { Flags, Operands } from "../flag.ts";
import { text } from "../values.ts";
import { seed, threads } from "./shared.ts";

export const demoOperands = {} as const satisfies Operands;

export const demoFlags = {
  out: { term: "--out <folder>", about: "the demo's folder, replaced (default: runs/demo)", parse: text },
  seed,
  threads,
} as const satisfies Flags;
