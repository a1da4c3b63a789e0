import { refuseUnknown } from "../base/options.ts";
import { random } from "../base/random.ts";
import { graft as graftLayers } from "../rewrite/graft.ts";
import type { Layer } from "../rewrite/layers.ts";
import type { Base } from "./base-model.ts";
import type { Host } from "./host.ts";
import { TransferModel } from "./transfer-model.ts";

export interface GraftOptions {
  /** Governs the new layers' first weights, the order of examples and dropout. */
  readonly seed?: number;
  /** Threads for each op; by default the machine's cores. */
  readonly threads?: number | undefined;
}

/**
 * Puts new layers on a base: `graft(base, [dropout(0.2), dense(1)])`.
 *
 * @throws {UsageError} "bad-option"
 */
export function graft(
  base: Base,
  layers: readonly Layer[],
  { seed = 0, threads, ...rest }: GraftOptions,
  host: Host,
): TransferModel {
  refuseUnknown("graft", rest);
  const { graph, added } = graftLayers(base.graph, layers, { rng: random(seed).fork("graft") });
  return new TransferModel({ base, graph, head: layers, added, seed, threads: threads ?? host.threads }, host);
}
