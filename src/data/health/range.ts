import type { HealthRange } from "./data-health.ts";

/** Least, median and greatest; the upper one of two medians. Undefined for no numbers. */
export function rangeOf(values: readonly number[]): HealthRange | undefined {
  const sorted = Float64Array.from(values).sort();
  const [min, median, max] = [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  return min === undefined || median === undefined || max === undefined ? undefined : { min, median, max };
}
