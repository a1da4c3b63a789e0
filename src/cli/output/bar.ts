import type { Colors } from "./terminal.ts";

/** A line of `width` columns, filled up to `share` (0 to 1) in half steps. */
export function bar(share: number, { width, colors }: { readonly width: number; readonly colors: Colors }): string {
  const halves = Math.round(Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0)) * width * 2);
  const filled = "━".repeat(Math.floor(halves / 2)) + (halves % 2 === 1 ? "╸" : "");
  const rest = "─".repeat(width - Math.ceil(halves / 2));
  return (filled && colors.cyan(filled)) + (rest && colors.dim(rest));
}
