import { printable } from "../base/printable.ts";

/** Names for an error message: the first few, and how many there are more. */
export function listNames(names: readonly string[], { first = 8 } = {}): string {
  const more = names.length - first;
  return names.slice(0, first).map(printable).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
