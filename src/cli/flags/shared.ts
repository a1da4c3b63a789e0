import { type Flag, one } from "../flag.ts";
import { number, text, wholeNumber } from "../values.ts";

const group = "Machine:";

export const batch: Flag<number> = {
  term: "--batch <n>",
  about: "pictures per step (default: 32)",
  parse: wholeNumber({ min: 1 }),
};

export const threads: Flag<number> = {
  term: "--threads <n>",
  about: "threads of the engine (default: the machine's cores)",
  group,
  parse: wholeNumber({ min: 1, max: 1024 }),
};

export const maxBadFraction: Flag<number> = {
  term: "--max-bad-fraction <x>",
  about: "stop where a larger share of the pictures is unreadable, 0 to 1 (default: 0.1)",
  parse: number({ min: 0, max: 1 }),
};

export const seed: Flag<number> = {
  term: "--seed <n>",
  about: "same seed and threads, same numbers (default: 0)",
  group,
  parse: wholeNumber({ min: 0 }),
};

export const headAt: Flag<string> = {
  term: "--head-at <node>",
  about: "the classifier's node, where it is not found by itself; none: the output is features",
  parse: text,
};

export const preprocessing: Flag<string> = {
  term: "--preprocessing <preset>",
  about: "how pictures are prepared, where the model does not say: imagenet, tf, caffe or bytes",
  parse: text,
};

export const runOperand = one(
  "run",
  "folder of a run or of a model, a known model's name, hf:owner/name or an https address",
);
