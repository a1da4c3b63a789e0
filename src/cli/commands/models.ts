import { nodeHost } from "../../hosts/node.ts";
import { knownModels } from "../../tasks/models.ts";
import type { Body } from "../command.ts";
import type { modelsFlags, modelsOperands } from "../flags/models.ts";
import { modelLines, modelTable } from "../output/models.ts";
import { printJson } from "../output/ui.ts";

/** `regraft models`: what is known by name. */
export const models: Body<typeof modelsOperands, typeof modelsFlags> = async ({ operands: { name }, ui }) => {
  const found = await knownModels(name, nodeHost());
  const [one] = found;
  if (ui.json) for (const model of found) printJson(ui, model);
  else if (name !== undefined && one) for (const line of modelLines(one, ui.out.colors)) ui.out.line(line);
  else for (const line of modelTable(found, ui.out.colors)) ui.out.line(line);
  return 0;
};
