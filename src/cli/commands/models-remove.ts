import { bytes } from "../../base/words.ts";
import { removeModel } from "../../tasks/models.ts";
import type { Body } from "../command.ts";
import type { modelsRemoveFlags, oneModelOperands } from "../flags/models.ts";
import { hostFor } from "../host-for.ts";
import { printJson } from "../output/ui.ts";

/** `regraft models remove`: takes a model off this machine. */
export const modelsRemove: Body<typeof oneModelOperands, typeof modelsRemoveFlags> = async ({
  operands: { name },
  flags,
  ui,
}) => {
  const removed = await removeModel(name, flags, hostFor(ui));
  if (ui.json) printJson(ui, { type: "result", ...removed });
  else
    ui.out.line(
      `${"repo" in removed ? removed.repo : removed.address} is removed: ${bytes(removed.freedBytes)} are free.`,
    );
  return 0;
};
