import { bytes } from "../../base/words.ts";
import { nodeHost } from "../../hosts/node.ts";
import { removeModel } from "../../tasks/models.ts";
import type { Body } from "../command.ts";
import type { modelsFlags, oneModelOperands } from "../flags/models.ts";
import { printJson } from "../output/ui.ts";

/** `regraft models remove`: takes a model off this machine. */
export const modelsRemove: Body<typeof oneModelOperands, typeof modelsFlags> = async ({ operands: { name }, ui }) => {
  const removed = await removeModel(name, nodeHost());
  if (ui.json) printJson(ui, { type: "result", ...removed });
  else ui.out.line(`${removed.repo} is removed: ${bytes(removed.freedBytes)} are free.`);
  return 0;
};
