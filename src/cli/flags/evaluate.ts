import { type Flags, type Operands, one } from "../flag.ts";
import { text } from "../values.ts";
import { batch, maxBadFraction, runOperand, threads } from "./shared.ts";

export const evaluateOperands = {
  run: runOperand,
  data: one("data", "folder of pictures: <class>/*"),
} as const satisfies Operands;

export const evaluateFlags = {
  batch,
  maxBadFraction,
  predictions: {
    term: "--predictions <file.csv>",
    about: "write what the model says of each picture as a table",
    parse: text,
  },
  threads,
} as const satisfies Flags;
