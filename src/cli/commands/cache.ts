import { nodeHost } from "../../hosts/node.ts";
import type { Body } from "../command.ts";
import type { cacheFlags, cacheOperands } from "../flags/cache.ts";
import { keptLines, keptSize } from "../output/kept.ts";
import { printJson } from "../output/ui.ts";

/** `regraft cache`: what was fetched and how much room it takes. */
export const cache: Body<typeof cacheOperands, typeof cacheFlags> = async ({ ui }) => {
  const kept = await nodeHost().hub.kept();
  const { folder, repos, web } = kept;
  if (ui.json) {
    for (const repo of repos) printJson(ui, { type: "repo", ...repo });
    for (const file of web.files) printJson(ui, { type: "file", ...file });
    const { folder: webFolder, cutBytes } = web;
    printJson(ui, { type: "result", folder, webFolder, cutBytes, sizeBytes: keptSize(kept) });
  } else for (const line of keptLines(kept, ui.out.colors)) ui.out.line(line);
  return 0;
};
