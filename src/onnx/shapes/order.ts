import type { Dim } from "../../base/shape.ts";
import { boundsOf, divDims, mulDims, subDims } from "./symbolic.ts";

/** Whether a < b; undefined where that depends on the names. */
export function lessDims(a: Dim, b: Dim): boolean | undefined {
  const [least, most] = boundsOf(subDims(b, a));
  if (least > 0) return true;
  return most <= 0 ? false : undefined;
}

/** Whether a ≤ b; undefined where that depends on the names. */
export function atMostDims(a: Dim, b: Dim): boolean | undefined {
  const isLess = lessDims(b, a);
  return isLess === undefined ? undefined : !isLess;
}

/** The smaller of two extents, where it is the same one for all values of the names. */
export function smallerDim(a: Dim, b: Dim): Dim | undefined {
  if (atMostDims(a, b)) return a;
  return atMostDims(b, a) ? b : undefined;
}

/** The larger of two extents, where it is the same one for all values of the names. */
export function largerDim(a: Dim, b: Dim): Dim | undefined {
  const smaller = smallerDim(a, b);
  if (smaller === undefined) return undefined;
  return smaller === a ? b : a;
}

/** a − b·⌊a / b⌋, with b's sign as in Python; for names only where b is a positive number. */
export function modDims(a: Dim, b: Dim): Dim | undefined {
  if (b === 0) return undefined;
  if (typeof a === "number" && typeof b === "number") return a - b * Math.floor(a / b);
  const quotient = typeof b === "number" && b > 0 ? divDims(a, b) : undefined;
  return quotient === undefined ? undefined : subDims(a, mulDims(b, quotient));
}
