import { arrayOf } from "../base/dtype.ts";
import { isStatic, sizeOf } from "../base/shape.ts";
import { sum } from "../base/sums.ts";
import { type Extents, withExtents } from "./extents.ts";
import type { Graph, Node, ValueInfo } from "./graph.ts";
import type { OpName } from "./ops.ts";
import { inferShapes } from "./shapes/infer.ts";

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
 * How an op can do without memory of its own: its result is its first input seen with another shape, or it is written
 * over an input of the same size that nobody reads any more. As onnxruntime's memory planner does.
 */
const savings = {
  Reshape: "view",
  Flatten: "view",
  Squeeze: "view",
  Unsqueeze: "view",
  Identity: "view",
  Relu: "overwrite",
  LeakyRelu: "overwrite",
  Clip: "overwrite",
  Sigmoid: "overwrite",
  Tanh: "overwrite",
  Sqrt: "overwrite",
  Exp: "overwrite",
  Neg: "overwrite",
  Abs: "overwrite",
  Reciprocal: "overwrite",
  Softmax: "overwrite",
  Add: "overwrite",
  Sub: "overwrite",
  Mul: "overwrite",
  Div: "overwrite",
} as const satisfies { readonly [O in OpName]?: "view" | "overwrite" };

const savingOf = ({ op, domain }: Node): "view" | "overwrite" | undefined => {
  const rows: Readonly<Record<string, "view" | "overwrite">> = savings;
  return domain === "" && Object.hasOwn(rows, op) ? rows[op] : undefined;
};

/**
 * What a run of the graph takes, by the lifetime of each tensor: from the node that makes it to the last one that reads
 * it, nodes in the order of the graph. What engines copy into other layouts, and scratch space inside of an op, are not
 * in it.
 *
 * @throws {GraphError} as `inferShapes`
 */
export function footprint(graph: Graph, { extents, elsewhere = [] }: FootprintOptions): Footprint {
  const sizes = new Map(
    [...inferShapes(withExtents(graph, extents))].map(([name, info]) => [name, bytesOfValue(info)]),
  );
  const bytes = (name: string) => sizes.get(name) ?? 0;
  const made = graph.nodes.flatMap(({ outputs }) => outputs.filter(Boolean));
  return {
    constantBytes: sum([...graph.initializers.keys()].map(bytes)),
    inputBytes: sum(graph.inputs.map(({ name }) => bytes(name))),
    ...peakOf(graph, bytes, new Set(elsewhere)),
    unknown: made.filter((name) => sizes.get(name) === undefined),
  };
}

const bytesOfValue = ({ shape, dtype }: ValueInfo): number | undefined =>
  shape && isStatic(shape) ? sizeOf(shape) * arrayOf[dtype].BYTES_PER_ELEMENT : undefined;

/** Walks the nodes in order, and keeps a buffer from its node to its last reader. */
function peakOf(
  graph: Graph,
  bytes: (name: string) => number,
  elsewhere: ReadonlySet<string>,
): Pick<Footprint, "peakBytes" | "peakAt"> {
  const { bufferOf, lastUse } = buffers(graph);
  const outside = new Set([...elsewhere].map((name) => bufferOf(name)));
  const live = new Map<string, number>();
  let [now, peakBytes, peakAt] = [0, 0, graph.nodes[0]];
  for (const [at, node] of graph.nodes.entries()) {
    const dying = [...new Set(node.inputs.map(bufferOf))].filter((name) => lastUse.get(name) === at && live.has(name));
    const spare =
      savingOf(node) === "overwrite"
        ? dying.find((name) => live.get(name) === bytes(node.outputs[0] ?? ""))
        : undefined;
    const allocated = node.outputs.filter((name) => name !== "" && bufferOf(name) === name && !outside.has(name));
    for (const name of allocated) live.set(name, bytes(name));
    now += sum(allocated.map(bytes)) - (spare === undefined ? 0 : (live.get(spare) ?? 0));
    if (now > peakBytes) [peakBytes, peakAt] = [now, node];
    for (const name of [...dying, ...allocated.filter((name) => !lastUse.has(name))]) {
      if (name !== spare) now -= live.get(name) ?? 0;
      live.delete(name);
    }
  }
  return { peakBytes, peakAt };
}

/** Which tensors share a buffer, named by the first of them, and the position of the last node that reads each buffer. */
function buffers({ nodes, outputs }: Graph) {
  const first = new Map<string, string>();
  const bufferOf = (name: string): string => first.get(name) ?? name;
  const lastUse = new Map<string, number>();
  for (const [at, node] of nodes.entries()) {
    const [input = "", output = ""] = [node.inputs[0], node.outputs[0]];
    if (savingOf(node) === "view") first.set(output, bufferOf(input));
    for (const name of node.inputs) if (name !== "") lastUse.set(bufferOf(name), at);
  }
  for (const { name } of outputs) lastUse.set(bufferOf(name), nodes.length);
  return { bufferOf, lastUse };
}
