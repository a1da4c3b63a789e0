import { type GraphBuilder, graphBuilder, type Value } from "../onnx/builder.ts";
import { consumers, type Graph, type Node } from "../onnx/graph.ts";
import { specOf } from "../onnx/ops.ts";
import { inferShapes } from "../onnx/shapes/infer.ts";
import { freshNames, tensorNames } from "./names.ts";

/**
 * Outputs of nodes that Regraft does not look into, whose shape is needed and not known: something other than a
 * Reshape reads them, or the graph gives them out.
 */
export function openShapes(graph: Graph): readonly string[] {
  const known = inferShapes(graph);
  const readers = consumers(graph);
  const given = new Set(graph.outputs.map(({ name }) => name));
  const isNeeded = (name: string) =>
    given.has(name) || (readers.get(name) ?? []).some(({ op, inputs }) => op !== "Reshape" || inputs[1] === name);
  return graph.nodes
    .filter((node) => specOf(node) === undefined)
    .flatMap(({ outputs }) => outputs.filter((name) => name !== "" && !known.get(name)?.shape && isNeeded(name)));
}

/**
 * Tells every reader of the graph the shapes of some tensors, by a Reshape behind each node that makes one. The batch
 * is taken from the graph's input, so that its name stays.
 *
 * @param shapes by tensor: numbers, and the batch or a multiple of it, as [name of the batch, factor]
 */
export function pinShapes(graph: Graph, shapes: ReadonlyMap<string, PinnedShape>): Graph {
  const fresh = freshNames(new Set([...tensorNames(graph), ...graph.nodes.map(({ name }) => name)]));
  const g = graphBuilder({ name: graph.name, prefix: fresh("pinned."), domains: graph.domains });
  for (const { name, dtype, shape } of graph.inputs) g.input(name, dtype, shape);
  for (const [name, value] of graph.initializers) g.initializer(name, value);
  for (const node of graph.nodes) {
    const raw = new Map(node.outputs.filter((name) => shapes.has(name)).map((name) => [name, fresh(`${name}.raw`)]));
    g.copy({ ...node, outputs: node.outputs.map((name) => raw.get(name) ?? name) });
    for (const [name, made] of raw) g.copy(reshape(name, made, target(g, graph, shapes.get(name) ?? []), fresh));
  }
  return { ...g.build(graph.outputs.map(({ name }) => g.value(name))) };
}

/** Extents of a tensor: numbers, and multiples of the batch. */
export type PinnedShape = readonly (number | { readonly timesBatch: number })[];

function target(g: GraphBuilder, { inputs }: Graph, shape: PinnedShape): Value {
  const batch = () => g.Shape(g.value(inputs[0]?.name ?? ""), { start: 0, end: 1 });
  const parts = shape.map((extent) => {
    if (typeof extent === "number") return g.ints([extent]);
    return extent.timesBatch === 1 ? batch() : g.Mul(batch(), g.ints([extent.timesBatch]));
  });
  return parts.length === 0 ? g.ints([]) : g.Concat(...parts, { axis: 0 });
}

const reshape = (name: string, raw: string, shape: Value, fresh: (stem: string) => string): Node => ({
  ...{ name: fresh(`${name}.pinned`), op: "Reshape", domain: "", attributes: {} },
  ...{ inputs: [raw, shape.name], outputs: [name] },
});
