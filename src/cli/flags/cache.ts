import type { Flags, Operands } from "../flag.ts";

export const cacheOperands = {} as const satisfies Operands;

export const cacheFlags = {} as const satisfies Flags;
