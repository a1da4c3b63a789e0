import { arrayOf } from "../base/dtype.ts";
import { isStatic, sizeOf } from "../base/shape.ts";
import { sum } from "../base/sums.ts";
import { followBuffers } from "./buffers.ts";
import { type Extents, withExtents } from "./extents.ts";
import type { Graph, Node, ValueInfo } from "./graph.ts";
import { inferShapes, type Learn } from "./shapes/infer.ts";

/** Bytes that a graph's tensors take while it runs. */
export interface Footprint {
  /** Initializers. */
  readonly constantBytes: number;
  readonly inputBytes: number;
  /** The most that the results of nodes take at one time. */
  readonly peakBytes: number;
  /** The node at which that is. */
  readonly peakAt: Node | undefined;
  /** Results of unknown size, which are counted as nothing. */
  readonly unknown: readonly string[];
}

export interface FootprintOptions {
  readonly extents: Extents;
  /** Outputs for which the caller brings the memory. */
  readonly elsewhere?: readonly string[];
}

/**
 * What a run of the graph takes, by the lifetime of each tensor: from the node that makes it to the last one that reads
 * it, nodes in the order of the graph. What engines copy into other layouts, and scratch space inside of an op, are not
 * in it.
 *
 * @throws {GraphError} as `inferShapes`
 */
export function footprint(graph: Graph, { extents, elsewhere = [] }: FootprintOptions): Footprint {
  const sizes = sizesOf(withExtents(graph, extents));
  const bytes = (name: string) => sizes.get(name) ?? 0;
  const made = graph.nodes.flatMap(({ outputs }) => outputs.filter(Boolean));
  return {
    constantBytes: sum([...graph.initializers.keys()].map(bytes)),
    inputBytes: sum(graph.inputs.map(({ name }) => bytes(name))),
    ...peakOf(graph, bytes, new Set(elsewhere)),
    unknown: made.filter((name) => sizes.get(name) === undefined),
  };
}

/** Bytes of each tensor by its name; undefined where its shape is not known in numbers. */
export const sizesOf = (graph: Graph, learn?: Learn): ReadonlyMap<string, number | undefined> =>
  new Map([...inferShapes(graph, learn)].map(([name, info]) => [name, bytesOf(info)]));

/** Undefined where the shape is not known in numbers. */
export const bytesOf = (info: ValueInfo | undefined): number | undefined =>
  info?.shape && isStatic(info.shape) ? sizeOf(info.shape) * arrayOf[info.dtype].BYTES_PER_ELEMENT : undefined;

function peakOf(
  graph: Graph,
  bytes: (name: string) => number,
  elsewhere: ReadonlySet<string>,
): Pick<Footprint, "peakBytes" | "peakAt"> {
  const live = new Map<string, number>();
  let [now, peakBytes, peakAt] = [0, 0, graph.nodes[0]];
  const give = (name: string) => {
    now -= live.get(name) ?? 0;
    live.delete(name);
  };
  followBuffers(graph, {
    bytes,
    elsewhere,
    take: (name) => {
      live.set(name, bytes(name));
      now += bytes(name);
    },
    passOn: (from, to) => {
      live.set(to, live.get(from) ?? 0);
      live.delete(from);
    },
    give,
    ran: (node) => {
      if (now > peakBytes) [peakBytes, peakAt] = [now, node];
    },
  });
  return { peakBytes, peakAt };
}
