import { type Flags, maybe, type Operands, one } from "../flag.ts";

export const modelsOperands = {
  name: maybe("name", "one of them, in full"),
} as const satisfies Operands;

/** Of what fetches a model or takes it off the machine. */
export const oneModelOperands = {
  name: one("name", "as regraft models lists it, or hf:owner/name"),
} as const satisfies Operands;

export const modelsFlags = {} as const satisfies Flags;
