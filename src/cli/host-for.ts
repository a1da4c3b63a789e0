import { nodeHost } from "../hosts/node.ts";
import type { Host } from "../tasks/host.ts";
import { fetchStatus } from "./output/fetch-status.ts";
import type { Ui } from "./output/ui.ts";

/** This machine, which tells whoever watches what is being fetched, and ends a fetch on Ctrl-C. */
export const hostFor = (ui: Ui): Host =>
  nodeHost({
    onFetch: fetchStatus(ui),
    onNotice: (sentence) => ui.err.line(ui.err.colors.dim(sentence)),
    signal: ui.signal,
  });
