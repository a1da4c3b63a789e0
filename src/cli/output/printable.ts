import { printable } from "../../base/printable.ts";

/**
 * What a command has to tell, its texts fit for lines: names of files and classes are whatever their makers chose, and may hold
 * line breaks and what a terminal obeys. Every text inside of lists and plain objects is made printable, keys too; all else
 * stays as it is. Called once where results and events become text; `--json` tells names as they are.
 */
// Texts become texts, so the type stays.
export const printableParts = <T>(told: T): T => parts(told) as T;

function parts(told: unknown): unknown {
  if (typeof told === "string") return printable(told);
  if (Array.isArray(told)) return told.map(parts);
  if (!isPlain(told)) return told;
  return Object.fromEntries(Object.entries(told).map(([key, value]) => [printable(key), parts(value)]));
}

const isPlain = (told: unknown): told is object =>
  typeof told === "object" && told !== null && Object.getPrototypeOf(told) === Object.prototype;
