import { z } from "zod";

/** A number that something is divided by. */
export const divisor = z.number().refine((value) => value !== 0, { error: "is divided by, and must not be 0" });

/** One for each channel. */
export const triple = z.tuple([z.number(), z.number(), z.number()]);
export const divisors = z.tuple([divisor, divisor, divisor]);
