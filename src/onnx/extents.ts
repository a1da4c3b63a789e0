import type { Graph } from "./graph.ts";

/** What extents known by name are: `{ N: 16 }`. */
export type Extents = Readonly<Record<string, number>>;

/** The graph with numbers for named extents of its inputs: what follows from them can then be inferred. */
export const withExtents = (graph: Graph, extents: Extents): Graph => ({
  ...graph,
  inputs: graph.inputs.map(({ shape, ...input }) => ({
    ...input,
    shape: shape?.map((dim) => (typeof dim === "string" && Object.hasOwn(extents, dim) ? (extents[dim] ?? dim) : dim)),
  })),
});
