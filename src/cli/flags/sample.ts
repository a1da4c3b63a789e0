import { type Flags, type Operands, one } from "../flag.ts";
import { oneOf, wholeNumber } from "../values.ts";
import { seed } from "./shared.ts";

export const sampleOperands = {
  folder: one("folder", "where the pictures go: a new or empty folder"),
} as const satisfies Operands;

export const sampleFlags = {
  task: {
    term: "--task <name>",
    about: "shapes (five classes) or sketches (ten others) (default: shapes)",
    parse: oneOf({ shapes: "shapes", sketches: "sketches" }),
  },
  perClass: { term: "--per-class <n>", about: "pictures per class (default: 60)", parse: wholeNumber({ min: 1 }) },
  size: { term: "--size <pixels>", about: "width and height (default: 96)", parse: wholeNumber({ min: 16 }) },
  seed: { ...seed, about: "same seed, same pictures (default: 0)" },
} as const satisfies Flags;
