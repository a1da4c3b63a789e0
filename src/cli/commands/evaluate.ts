import { evaluateRun } from "../../tasks/evaluate-run.ts";
import type { Body } from "../command.ts";
import type { evaluateFlags, evaluateOperands } from "../flags/evaluate.ts";
import { hostFor } from "../host-for.ts";
import { evaluationLines } from "../output/evaluation.ts";
import { printableParts } from "../output/printable.ts";
import { printJson } from "../output/ui.ts";

/** `regraft evaluate`: loss and accuracy on labelled pictures. */
export const evaluate: Body<typeof evaluateOperands, typeof evaluateFlags> = async ({ operands, flags, ui }) => {
  ui.err.status(ui.err.colors.dim("  evaluating …"));
  const result = await evaluateRun({ ...operands, ...flags }, hostFor(ui));
  ui.err.clearStatus();
  if (ui.json) printJson(ui, { type: "result", ...result });
  else for (const line of evaluationLines(printableParts(result), ui.out.colors)) ui.out.line(line);
  return 0;
};
