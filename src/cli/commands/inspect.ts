import { inspectModel } from "../../tasks/inspect.ts";
import type { Body } from "../command.ts";
import type { inspectFlags, inspectOperands } from "../flags/inspect.ts";
import { hostFor } from "../host-for.ts";
import { inspectionLines } from "../output/inspection.ts";
import { printableParts } from "../output/printable.ts";
import { printJson } from "../output/ui.ts";

/** `regraft inspect`: what Regraft sees in a model. */
export const inspect: Body<typeof inspectOperands, typeof inspectFlags> = async ({ operands, flags, ui }) => {
  const { nodes = false, ...options } = flags;
  const found = await inspectModel({ ...operands, ...options }, hostFor(ui));
  if (ui.json) printJson(ui, { type: "result", ...found });
  else for (const line of inspectionLines(printableParts(found), { nodes, colors: ui.out.colors })) ui.out.line(line);
  return 0;
};
