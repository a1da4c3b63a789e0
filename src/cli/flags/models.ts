import { type Flags, maybe, type Operands } from "../flag.ts";

export const modelsOperands = {
  name: maybe("name", "one of them, in full"),
} as const satisfies Operands;

export const modelsFlags = {} as const satisfies Flags;
