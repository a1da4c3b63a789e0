import { sizeOf } from "../base/shape.ts";
import { sum } from "../base/sums.ts";
import type { Dataset } from "../data/dataset.ts";
import { engineMemory } from "../onnx/engine-memory.ts";
import type { Graph } from "../onnx/graph.ts";
import { BATCH } from "../rewrite/input.ts";
import { winograd } from "../rewrite/winograd.ts";
import { fillBatch } from "../training/feature-cache.ts";
import { type FitShape, sessionsMemory, sessionsOf, stateBytes } from "../training/sessions-memory.ts";
import type { Compiled } from "./compile.ts";
import type { Host } from "./host.ts";
import type { Plan } from "./plan.ts";

/**
 * What a `fit` takes, in bytes, as foreseen from its graphs: all of it together is the most that is resident at one time. No part
 * is fitted to a network; where each comes from stands in docs/reliability.md.
 */
export interface FitMemory {
  /** What the process holds already: Node, Regraft, the model as it was read, the graphs that were made of it. */
  readonly heldBytes: number;
  /** The engine's thread, and what it takes for itself. */
  readonly engineBytes: number;
  /** By how much what is not counted here grows: batches and pictures that wait to be collected, pictures being decoded. */
  readonly heapBytes: number;
  /** Frozen weights and other constants, in each session that has them, and what loading them takes besides. */
  readonly constantBytes: number;
  /** Trained weights, optimizer slots, running statistics, gradient sums in the engine; with second buffers. */
  readonly stateBytes: number;
  /** Activations and gradients, as the engine's arenas keep them. */
  readonly arenaBytes: number;
  /** Batches that are decoded ahead, and features or pictures that are kept. */
  readonly pictureBytes: number;
  /** Weights of the best epoch and those of the last one, outside of the engine; where checkpoints are written, the whole state. */
  readonly copyBytes: number;
  /** The sum: resident. */
  readonly peakBytes: number;
  /** Address space for the same: the engine's arenas reserve more than they touch, and threads have stacks. */
  readonly addressBytes: number;
}

/** How a `fit` gets its pictures. */
export interface PictureOptions {
  /** Pictures in. */
  readonly graph: Graph;
  /** Undefined where every epoch sees the same pixels, which then are kept. */
  readonly augment: object | undefined;
  /** Bytes of features that may be kept in memory; half as many of pictures. */
  readonly cache: { readonly memoryBytes: number };
}

/** What a `fit` is to work on. */
export interface ExpectedFit extends FitShape {
  /** Whether the whole state is copied out of the engine while it trains, as for checkpoints. */
  readonly snapshots: boolean;
}

export interface FitData {
  readonly train: Dataset;
  readonly validation: Dataset | undefined;
  readonly batch: number;
  readonly snapshots: boolean;
}

export const expectedFit = (
  { train, validation, batch, snapshots }: FitData,
  { accumulate }: Pick<Compiled, "accumulate">,
): ExpectedFit => ({ train: train.size, val: validation?.size ?? 0, batch, accumulate, snapshots });

/** A worker thread with onnxruntime in it that has run a small session, where the library itself is loaded: Node 20, Linux. */
const engineThreadBytes = 22e6;
/** Seen where photos of half a megapixel are decoded while a small network trains: 91 and 118 MiB in two phases; without photos 30 to 50 MB. */
const heapBytes = 64e6;
/** Address space that such a thread reserves: V8's code range, its heap, stacks, the allocator's own arenas. */
const engineThreadAddressBytes = 555e6;

/** Batches of pictures at one time: two that are being decoded, one that is computed on, and one that waits to be collected. */
const batchesAtOnce = 4;

/**
 * Foresees the memory of a `fit`.
 *
 * @param options.block see `sessionsMemory`
 * @throws {GraphError} "bad-shape" · "bad-graph" · "no-gradient"
 */
export function fitMemory(
  { plan, assembly, fit }: { readonly plan: Plan; readonly assembly: PictureOptions; readonly fit: ExpectedFit },
  { block, memory }: { readonly block: number | undefined; readonly memory: Pick<Host["memory"], "held"> },
): FitMemory {
  const { program, frozen } = plan;
  const sessions = sessionsMemory(plan, { uses: sessionsOf(fit), block });
  const prefix = frozen && prefixMemory(frozen.graph, fit);
  const weights = sum(
    [...program.weights, ...program.statistics].map((name) => program.state[name]?.data.byteLength ?? 0),
  );
  const constantBytes = sessions.constantBytes + (prefix ? prefix.constantBytes + prefix.loadingBytes : 0);
  const arenaBytes = sessions.arenaBytes + (prefix?.arenaBytes ?? 0);
  const parts = {
    heldBytes: memory.held(),
    engineBytes: engineThreadBytes,
    heapBytes,
    constantBytes,
    stateBytes: sessions.stateBytes,
    arenaBytes,
    pictureBytes: pictureBytes({ plan, assembly, fit }),
    copyBytes: 2 * weights + (fit.snapshots ? stateBytes(program) : 0),
  };
  const peakBytes = sum(Object.values(parts));
  const reserved = sessions.reservedBytes + (prefix?.reservedBytes ?? 0);
  const addressBytes = peakBytes - parts.heldBytes + reserved - arenaBytes + engineThreadAddressBytes;
  return { ...parts, peakBytes, addressBytes };
}

/** The frozen part in the engine, which pictures go through in batches of a size of its own. */
function prefixMemory(graph: Graph, { train, val }: ExpectedFit) {
  const laidOut = winograd(graph);
  const batch = Math.min(fillBatch, Math.max(train, val));
  const memory = engineMemory(laidOut, { extents: { [BATCH]: batch } });
  // The message that brings the weights to the engine is there until they are in it.
  return { ...memory, loadingBytes: memory.constantBytes };
}

function pictureBytes({
  plan: { frozen },
  assembly: { graph, cache, augment },
  fit: { batch, train, val },
}: {
  readonly plan: Plan;
  readonly assembly: PictureOptions;
  readonly fit: ExpectedFit;
}): number {
  const numbers = sizeOf((graph.inputs[0]?.shape ?? []).slice(1).map(Number));
  const floatBytes = Float32Array.BYTES_PER_ELEMENT;
  const atOnce = batchesAtOnce * Math.min(frozen ? fillBatch : batch, Math.max(train, val)) * numbers * floatBytes;
  const kept = Math.min(cache.memoryBytes / 2, (augment ? val : train + val) * numbers);
  const perExample = sum((frozen?.features ?? []).map(({ shape }) => floatBytes * sizeOf(shape)));
  return atOnce + kept + Math.min(cache.memoryBytes, (train + val) * perExample);
}
