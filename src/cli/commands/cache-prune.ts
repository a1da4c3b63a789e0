import { bytes } from "../../base/words.ts";
import { nodeHost } from "../../hosts/node.ts";
import type { Body } from "../command.ts";
import type { cacheFlags, cacheOperands } from "../flags/cache.ts";
import { printJson } from "../output/ui.ts";

/** `regraft cache prune`: makes room. */
export const cachePrune: Body<typeof cacheOperands, typeof cacheFlags> = async ({ ui }) => {
  const freedBytes = await nodeHost().hub.prune();
  if (ui.json) printJson(ui, { type: "result", freedBytes });
  else ui.out.line(freedBytes === 0 ? "All that is here is in use." : `${bytes(freedBytes)} are free.`);
  return 0;
};
