import { countFindings } from "../../data/health/data-health.ts";
import { checkData } from "../../tasks/check-data.ts";
import type { Body } from "../command.ts";
import type { checkFlags, checkOperands } from "../flags/check.ts";
import { hostFor } from "../host-for.ts";
import { checkProgress } from "../output/check-progress.ts";
import { healthLines } from "../output/health.ts";
import { printableParts } from "../output/printable.ts";
import { printJson } from "../output/ui.ts";

/** `regraft check`: what is wrong with a data set. Exit code 1 where it would spoil training; with --strict at warnings too. */
export const check: Body<typeof checkOperands, typeof checkFlags> = async ({ operands, flags, ui }) => {
  const { all = false, strict = false, ...options } = flags;
  const onProgress = checkProgress(ui);
  const health = await checkData({ ...operands, ...options, onProgress, signal: ui.signal }, hostFor(ui));
  ui.err.clearStatus();
  const { findings, ...facts } = health;
  const counts = countFindings(findings);
  if (ui.json) {
    for (const finding of findings) printJson(ui, { type: "finding", ...finding });
    printJson(ui, { type: "result", ...facts, errors: counts.error, warnings: counts.warning, notes: counts.note });
  } else for (const line of healthLines(printableParts(health), { all, terminal: ui.out })) ui.out.line(line);
  return counts.error > 0 || (strict && counts.warning > 0) ? 1 : 0;
};
