import { pullModel } from "../../tasks/models.ts";
import type { Body } from "../command.ts";
import type { modelsFlags, oneModelOperands } from "../flags/models.ts";
import { hostFor } from "../host-for.ts";
import { pulledLines } from "../output/models.ts";
import { printJson } from "../output/ui.ts";

/** `regraft models pull`: fetches a model. */
export const modelsPull: Body<typeof oneModelOperands, typeof modelsFlags> = async ({ operands: { name }, ui }) => {
  const pulled = await pullModel(name, hostFor(ui));
  if (ui.json) printJson(ui, { type: "result", ...pulled });
  else for (const line of pulledLines(pulled, ui.out.colors)) ui.out.line(line);
  return 0;
};
