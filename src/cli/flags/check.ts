import { type Flags, type Operands, one, onOff } from "../flag.ts";
import { folderOrFraction } from "../values.ts";
import { maxBadFraction, seed } from "./shared.ts";

export const checkOperands = {
  data: one("data", "folder of pictures: <class>/*, or train/<class>/*, val/<class>/* and test/<class>/*"),
} as const satisfies Operands;

export const checkFlags = {
  all: onOff("--all", "list every file"),
  strict: onOff("--strict", "exit 1 at warnings too"),
  val: {
    term: "--val <folder or fraction>",
    about: "validation pictures, as `regraft train` takes them (default: the data's val/ folder, else 0.2)",
    parse: folderOrFraction,
  },
  maxBadFraction: {
    ...maxBadFraction,
    about: "the share of unreadable pictures that is an error, 0 to 1 (default: 0.1)",
  },
  seed: { ...seed, about: "draws what is kept for validation, as `regraft train` does (default: 0)" },
} as const satisfies Flags;
