import { nodeHost } from "../../hosts/node.ts";
import { pullModel } from "../../tasks/models.ts";
import type { Body } from "../command.ts";
import type { modelsFlags, oneModelOperands } from "../flags/models.ts";
import { fetchStatus } from "../output/fetch-status.ts";
import { pulledLines } from "../output/models.ts";
import { printJson } from "../output/ui.ts";

/** `regraft models pull`: fetches a model. */
export const modelsPull: Body<typeof oneModelOperands, typeof modelsFlags> = async ({ operands: { name }, ui }) => {
  const pulled = await pullModel(name, nodeHost({ onFetch: fetchStatus(ui) }));
  if (ui.json) printJson(ui, { type: "result", ...pulled });
  else for (const line of pulledLines(pulled, ui.out.colors)) ui.out.line(line);
  return 0;
};
