import type { SkippedImage } from "../../tasks/run-events.ts";
import { columns } from "./columns.ts";
import { counted } from "./format.ts";
import type { Colors } from "./terminal.ts";

/** More than this is for --json to tell. */
const shown = 20;

/** The pictures that were left out and why, as lines; none where all could be read. */
export function skippedLines(skipped: readonly SkippedImage[], colors: Colors): readonly string[] {
  if (skipped.length === 0) return [];
  const rows = skipped.slice(0, shown).map(({ name, reason }) => [name, colors.dim(reason)]);
  const more = skipped.length - rows.length;
  return [
    "",
    `  ${colors.yellow(`${counted(skipped.length, "picture")} skipped`)}`,
    ...columns(rows, { indent: 4 }),
    ...(more > 0 ? [colors.dim(`    and ${more} more: --json lists all`)] : []),
  ];
}
