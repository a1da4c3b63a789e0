import { nodeHost } from "../hosts/node.ts";
import type { Hub } from "../hub/hub.ts";
import type { Host } from "../tasks/host.ts";
import { fetchStatus } from "./output/fetch-status.ts";
import type { Ui } from "./output/ui.ts";

/** This machine, which tells whoever watches what is being fetched, and ends a fetch on Ctrl-C. */
export function hostFor(ui: Ui): Host {
  const host = nodeHost({
    onFetch: fetchStatus(ui),
    onNotice: (sentence) => ui.err.line(ui.err.colors.dim(sentence)),
    signal: ui.signal,
  });
  return { ...host, hub: interruptible(host.hub, ui) };
}

const interruptible = (hub: Hub, { fetching }: Ui): Hub => ({
  ...hub,
  fetch: (reference, options) => fetching(() => hub.fetch(reference, options)),
  fetchFile: (address, options) => fetching(() => hub.fetchFile(address, options)),
});
