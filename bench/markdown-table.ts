import { pad } from "../src/cli/output/columns.ts";
import { widthOf } from "../src/cli/output/terminal.ts";

/** A table in Markdown that reads well as text too; all columns but the first ones are aligned to the right. */
export function markdownTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  { left = 1 }: { readonly left?: number } = {},
): readonly string[] {
  const all = [header, ...rows];
  const widths = header.map((_, at) => Math.max(3, ...all.map((row) => widthOf(row[at] ?? ""))));
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const lines = all.map((row) => line(widths.map((width, at) => pad(row[at] ?? "", width, at >= left))));
  const rule = line(widths.map((width, at) => (at < left ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)));
  return [lines[0] ?? "", rule, ...lines.slice(1)];
}
