import { arrayOf } from "../base/dtype.ts";
import { sum } from "../base/sums.ts";
import { Arena, type Chunk } from "./arena.ts";
import { type EngineBuffer, engineBuffers } from "./engine-buffers.ts";
import { engineOrder } from "./engine-order.ts";
import { type Extents, withExtents } from "./extents.ts";
import type { Graph, ValueInfo } from "./graph.ts";
import { bytesOf } from "./memory.ts";
import { inferShapes, type Learn } from "./shapes/infer.ts";

/** What a session of onnxruntime takes for a graph, in bytes, as worked out from it. */
export interface EngineMemory {
  /** Initializers. */
  readonly constantBytes: number;
  /** Results of nodes, with what the arena loses between them: what is resident after a run, and stays so. */
  readonly arenaBytes: number;
  /** The regions that the arena is made of, used or not: address space. */
  readonly reservedBytes: number;
  /** Results of unknown size, which are counted as nothing. */
  readonly unknown: readonly string[];
}

export interface EngineMemoryOptions {
  readonly extents?: Extents;
  /** Outputs for which the caller brings the memory. */
  readonly elsewhere?: readonly string[];
  /** What is known of ops of other domains. */
  readonly learn?: Learn | undefined;
}

/**
 * Runs through a graph in the engine's order, with each tensor alive from the node that makes it to the last one that reads it,
 * and has the engine's arena hand out the memory. Scratch space inside of an op is not in it.
 *
 * @throws {GraphError} as `inferShapes`
 */
export function engineMemory(
  graph: Graph,
  { extents = {}, elsewhere = [], learn }: EngineMemoryOptions = {},
): EngineMemory {
  const ordered = { ...withExtents(graph, extents), nodes: engineOrder(graph) };
  const known = inferShapes(ordered, learn);
  const bytes = (name: string) => bytesOf(known.get(name)) ?? 0;
  const kinds = new Map([...known].map(([name, info]) => [name, kindOf(info)]));
  const buffers = engineBuffers(ordered, { kindOf: (name) => kinds.get(name), elsewhere: new Set(elsewhere) });
  const arena = new Arena();
  const [made, dead] = [grouped(buffers, ({ from }) => from), grouped(buffers, ({ to }) => to)];
  const chunks = new Map<EngineBuffer, Chunk>();
  for (const at of ordered.nodes.keys()) {
    for (const buffer of made.get(at) ?? []) chunks.set(buffer, arena.take(bytes(buffer.first)));
    for (const buffer of dead.get(at) ?? []) {
      const chunk = chunks.get(buffer);
      if (chunk) arena.give(chunk);
    }
  }
  return {
    constantBytes: sum([...graph.initializers.keys()].map(bytes)),
    arenaBytes: arena.touchedBytes,
    reservedBytes: arena.reservedBytes,
    unknown: ordered.nodes.flatMap(({ outputs }) =>
      outputs.filter((name) => name && bytesOf(known.get(name)) === undefined),
    ),
  };
}

function grouped(buffers: readonly EngineBuffer[], place: (buffer: EngineBuffer) => number) {
  const groups = new Map<number, EngineBuffer[]>();
  for (const buffer of buffers) groups.set(place(buffer), [...(groups.get(place(buffer)) ?? []), buffer]);
  return groups;
}

const kindOf = (info: ValueInfo | undefined): string | undefined =>
  info?.shape && `${arrayOf[info.dtype].BYTES_PER_ELEMENT}:${info.shape.join()}`;
