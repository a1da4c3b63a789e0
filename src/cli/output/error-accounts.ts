import type { ErrorAccount } from "../../tasks/explain-errors.ts";
import { columns, pad } from "./columns.ts";
import { type Terminal, widthOf } from "./terminal.ts";
import { wrap } from "./wrap.ts";

const gap = "  ";
/** Longer lines are hard to read. */
const widest = 100;

/** A line or two for each code. */
export function errorTable(accounts: readonly ErrorAccount[], { colors, columns: all }: Terminal): readonly string[] {
  const left = Math.max(...accounts.map(({ code }) => widthOf(code)));
  const room = Math.min(widest, all) - left - 2 * gap.length;
  const rows = accounts.flatMap(({ code, what }) =>
    wrap(what, room).map((line, at) => `${gap}${pad(at === 0 ? colors.bold(code) : "", left)}${gap}${line}`),
  );
  return [...rows, "", colors.dim("  regraft errors <code> tells more of one.")];
}

/** One code in full. */
export function errorAccountLines(
  { code, class: kind, what, when, todo }: ErrorAccount,
  { colors, columns: all }: Terminal,
): readonly string[] {
  const room = Math.min(widest, all) - "when it comes up".length - 2 * gap.length;
  const row = (name: string, text: string) =>
    wrap(text, room).map((line, at) => [colors.dim(at === 0 ? name : ""), line] as const);
  return [
    `${colors.bold(code)} ${colors.dim(kind)}`,
    ...columns([...row("what", what), ...row("when it comes up", when), ...row("what to do", todo)]),
  ];
}
