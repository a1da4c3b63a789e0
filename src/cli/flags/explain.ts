import { type Flags, many, type Operands } from "../flag.ts";
import { text, wholeNumber } from "../values.ts";
import { preprocessing, runOperand, threads } from "./shared.ts";

export const explainOperands = {
  run: runOperand,
  images: many("images", "picture files"),
} as const satisfies Operands;

export const explainFlags = {
  out: {
    term: "--out <path>",
    about: "a folder for the overlays, or a .png or .jpg file for one picture (default: explained)",
    parse: text,
  },
  class: {
    term: "--class <name|n>",
    about: "the class to explain, by name or number from 0 (default: the predicted one)",
    parse: text,
  },
  at: {
    term: "--at <node>",
    about: "the node whose map is shown (default: the last map in front of pooling)",
    parse: text,
  },
  size: {
    term: "--size <px>",
    about: "pixels of an overlay's longer side at most (default: 1024)",
    parse: wholeNumber({ min: 16 }),
  },
  preprocessing,
  threads,
} as const satisfies Flags;
