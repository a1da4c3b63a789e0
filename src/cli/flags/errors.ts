import { type Flags, maybe, type Operands } from "../flag.ts";

export const errorsOperands = {
  code: maybe("code", "the last line of an error: no-head"),
} as const satisfies Operands;

export const errorsFlags = {} as const satisfies Flags;
