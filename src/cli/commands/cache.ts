import { nodeHost } from "../../hosts/node.ts";
import type { Body } from "../command.ts";
import type { cacheFlags, cacheOperands } from "../flags/cache.ts";
import { keptLines } from "../output/models.ts";
import { printJson } from "../output/ui.ts";

/** `regraft cache`: what was fetched and how much room it takes. */
export const cache: Body<typeof cacheOperands, typeof cacheFlags> = async ({ ui }) => {
  const { folder, repos } = await nodeHost().hub.kept();
  const sizeBytes = repos.reduce((sum, repo) => sum + repo.sizeBytes, 0);
  if (ui.json) {
    for (const repo of repos) printJson(ui, { type: "repo", ...repo });
    printJson(ui, { type: "result", folder, sizeBytes });
  } else for (const line of keptLines({ folder, repos, sizeBytes }, ui.out.colors)) ui.out.line(line);
  return 0;
};
