import type { Graph, Node } from "./graph.ts";
import type { OpName } from "./ops.ts";

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
  Elu: "overwrite",
  Selu: "overwrite",
  HardSigmoid: "overwrite",
  Clip: "overwrite",
  Sigmoid: "overwrite",
  Tanh: "overwrite",
  Sqrt: "overwrite",
  Exp: "overwrite",
  Log: "overwrite",
  Neg: "overwrite",
  Abs: "overwrite",
  Floor: "overwrite",
  Ceil: "overwrite",
  Reciprocal: "overwrite",
  Softmax: "overwrite",
  // Behind a convolution whose weights are constants it is made part of it.
  BatchNormalization: "overwrite",
  Add: "overwrite",
  Sub: "overwrite",
  Mul: "overwrite",
  Div: "overwrite",
} as const satisfies { readonly [O in OpName]?: "view" | "overwrite" };

/** The convolution on blocked tensors is written over what is summed onto it, its fourth input. */
const blockedConv = "com.microsoft.nchwc.Conv";

export const isView = ({ op, domain }: Node): boolean => rowOf(op, domain) === "view";

/** The inputs that a node may write its first output over. */
export function overwritable({ op, domain, inputs }: Node): readonly string[] {
  if (`${domain}.${op}` === blockedConv) return inputs.slice(3);
  return rowOf(op, domain) === "overwrite" ? inputs : [];
}

function rowOf(op: string, domain: string): "view" | "overwrite" | undefined {
  const rows: Readonly<Record<string, "view" | "overwrite">> = savings;
  return domain === "" && Object.hasOwn(rows, op) ? rows[op] : undefined;
}

/** What happens to buffers while a graph runs. A buffer bears the name of the first tensor in it. */
export interface BufferEvents {
  /** Of a tensor; 0 where that is not known. */
  readonly bytes: (name: string) => number;
  /** Outputs for which the caller brings the memory. */
  readonly elsewhere: ReadonlySet<string>;
  readonly take: (name: string) => void;
  /** A tensor is written over another one that nobody reads any more. */
  readonly passOn: (from: string, to: string) => void;
  readonly give: (name: string) => void;
  /** A node has its buffers, and has not freed any. */
  readonly ran?: (node: Node) => void;
}

/** Runs through the nodes in order, and keeps each buffer from the node that makes it to the last one that reads it. */
export function followBuffers(
  graph: Graph,
  { bytes, elsewhere, take, passOn, give, ran = () => {} }: BufferEvents,
): void {
  const { bufferOf, lastUse } = buffersOf(graph);
  const outside = new Set([...elsewhere].map(bufferOf));
  const live = new Set<string>();
  for (const [at, node] of graph.nodes.entries()) {
    const dying = [...new Set(node.inputs.map(bufferOf))].filter((name) => lastUse.get(name) === at && live.has(name));
    const [output = ""] = node.outputs;
    const allocated = node.outputs.filter((name) => name !== "" && bufferOf(name) === name && !outside.has(name));
    const spare = allocated.includes(output) ? spareOf(node, { dying, bufferOf, bytes }) : undefined;
    for (const name of allocated) {
      live.add(name);
      if (name === output && spare !== undefined) passOn(spare, name);
      else take(name);
    }
    if (spare !== undefined) live.delete(spare);
    ran(node);
    for (const name of [...dying, ...allocated.filter((made) => !lastUse.has(made))]) {
      if (live.delete(name)) give(name);
    }
  }
}

interface Dying extends Pick<BufferEvents, "bytes"> {
  readonly dying: readonly string[];
  readonly bufferOf: (name: string) => string;
}

function spareOf(node: Node, { dying, bufferOf, bytes }: Dying): string | undefined {
  const may = new Set(overwritable(node).map(bufferOf));
  return dying.find((name) => may.has(name) && bytes(name) === bytes(node.outputs[0] ?? ""));
}

/** Which tensors share a buffer, named by the first of them, and the position of the last node that reads each buffer. */
function buffersOf({ nodes, outputs }: Graph) {
  const first = new Map<string, string>();
  const bufferOf = (name: string): string => first.get(name) ?? name;
  const lastUse = new Map<string, number>();
  for (const [at, node] of nodes.entries()) {
    const [input = "", output = ""] = [node.inputs[0], node.outputs[0]];
    if (isView(node)) first.set(output, bufferOf(input));
    for (const name of node.inputs) if (name !== "") lastUse.set(bufferOf(name), at);
  }
  for (const { name } of outputs) lastUse.set(bufferOf(name), nodes.length);
  return { bufferOf, lastUse };
}
