import { widthOf } from "./terminal.ts";

/** Rows as aligned lines, two spaces between columns; the columns named in `right` are aligned to the right. */
export function columns(
  rows: readonly (readonly string[])[],
  { right = [], indent = 2 }: { readonly right?: readonly number[]; readonly indent?: number } = {},
): readonly string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => widthOf(row[at] ?? ""))));
  return rows.map((row) => {
    const cells = row.map((cell, at) => pad(cell, widths[at] ?? 0, right.includes(at)));
    return `${" ".repeat(indent)}${cells.join("  ")}`.trimEnd();
  });
}

/** Fills up with spaces to a width, colours not counted. */
export function pad(text: string, width: number, right = false): string {
  const space = " ".repeat(Math.max(0, width - widthOf(text)));
  return right ? space + text : text + space;
}
