import { type Flags, maybe, type Operands, one, onOff } from "../flag.ts";

export const modelsOperands = {
  name: maybe("name", "one of them, in full"),
} as const satisfies Operands;

/** Of what fetches a model or takes it off the machine. */
export const oneModelOperands = {
  name: one("name", "as regraft models lists it, hf:owner/name, or the https address of a model's file"),
} as const satisfies Operands;

export const modelsFlags = {} as const satisfies Flags;

export const modelsRemoveFlags = {
  force: onOff("--force", "also what another program fetched, such as Python's huggingface_hub"),
} as const satisfies Flags;
