import { GraphError } from "../base/errors.ts";
import { type Graph, type Node, producers, type ValueInfo } from "../onnx/graph.ts";
import type { OpName } from "../onnx/ops.ts";

/** What a node behind the classifier's product does. */
type Role = "activation" | "shape" | "bias" | "convolutional";

/** What may stand between a classifier's product and the graph's output. "convolutional" ones only behind a Conv. */
const trailing: { readonly [O in OpName]?: Role } = {
  Softmax: "activation",
  LogSoftmax: "activation",
  Sigmoid: "activation",
  Flatten: "shape",
  Squeeze: "shape",
  Reshape: "shape",
  Identity: "shape",
  Dropout: "shape",
  Cast: "shape",
  Add: "bias",
  Relu: "convolutional",
  GlobalAveragePool: "convolutional",
  AveragePool: "convolutional",
  ReduceMean: "convolutional",
  Transpose: "convolutional",
};

export const roleOf = (node: Node): Role | undefined =>
  node.domain === "" && Object.hasOwn(trailing, node.op) ? trailing[node.op as OpName] : undefined;

/** The output called "logits", else the first. @throws {GraphError} "no-head" */
export function classOutput({ outputs }: Graph): ValueInfo {
  const output = outputs.find(({ name }) => name === "logits") ?? outputs[0];
  if (output) return output;
  throw new GraphError("no-head", "The graph has no output.");
}

/** What lies between the classifier's product and an output. */
export interface Chain {
  /** Nodes behind the product, last one first. */
  readonly behind: readonly Node[];
  /** The first node, from the end, that is none of those; undefined at a graph input. */
  readonly end: Node | undefined;
}

/** Walks back from `output` over nodes that do not decide anything: up to the product, if there is one. */
export function trailingChain(graph: Graph, output: string): Chain {
  const makers = producers(graph);
  const behind: Node[] = [];
  let end = makers.get(output);
  while (end && roleOf(end) !== undefined) {
    const data = dataInput(end, graph);
    if (data === undefined) break;
    behind.push(end);
    end = makers.get(data);
  }
  return { behind, end };
}

/** The one input of a trailing node that is not constant; undefined where there are two, as in a residual Add. */
function dataInput(node: Node, { initializers }: Graph): string | undefined {
  if (roleOf(node) !== "bias") return node.inputs[0];
  const [data, ...others] = node.inputs.filter((name) => !initializers.has(name));
  return others.length === 0 ? data : undefined;
}
