import type { Graph, Node } from "../onnx/graph.ts";
import { bareName, type InputName, isVariadic, type OpName, specOf } from "../onnx/ops.ts";

/** Inputs of layers that hold learned numbers. Running statistics of BatchNormalization are not learned by gradient. */
const layerSlots = {
  Conv: ["W", "B"],
  ConvTranspose: ["W", "B"],
  Gemm: ["A", "B", "C"],
  MatMul: ["A", "B"],
  BatchNormalization: ["scale", "B"],
  LayerNormalization: ["Scale", "B"],
  PRelu: ["slope"],
  InstanceNormalization: ["scale", "B"],
  GroupNormalization: ["scale", "bias"],
} as const satisfies { readonly [O in OpName]?: readonly InputName<O>[] };

/**
 * Inputs of plain ops that hold learned numbers when they are constant, not scalar, and joined with what a layer made:
 * biases, layer scales, position embeddings. In front of the first layer they are preprocessing.
 */
const operandSlots = {
  Add: ["A", "B"],
  Mul: ["A", "B"],
  Concat: ["inputs"],
  Expand: ["input"],
} as const satisfies { readonly [O in OpName]?: readonly InputName<O>[] };

type Slots = Readonly<Record<string, readonly string[]>>;
const layers: Slots = layerSlots;
const operands: Slots = operandSlots;

/** A node with the weights that it reads. */
export interface WeightedNode {
  readonly node: Node;
  /** Names of initializers, in input order. */
  readonly weights: readonly string[];
}

/**
 * The layers of a graph, in topological order: each node that reads learned float32 numbers. A tensor that some node
 * reads as anything else (a bound, a running mean) is nobody's weight.
 */
export function weightedNodes(graph: Graph): readonly WeightedNode[] {
  const behindLayer = new Set<string>();
  const other = new Set<string>();
  const found: WeightedNode[] = [];
  for (const node of graph.nodes) {
    const weights: string[] = [];
    for (const [at, name] of node.inputs.entries()) {
      if (isFloat32(graph, name) && isWeight(graph, node, name, at, behindLayer)) weights.push(name);
      else other.add(name);
    }
    if (weights.length > 0) found.push({ node, weights: [...new Set(weights)] });
    const follows = node.inputs.some((name) => behindLayer.has(name));
    if (follows || (weights.length > 0 && Object.hasOwn(layers, node.op))) {
      for (const name of node.outputs) behindLayer.add(name);
    }
  }
  return found
    .map(({ node, weights }) => ({ node, weights: weights.filter((name) => !other.has(name)) }))
    .filter(({ weights }) => weights.length > 0);
}

const isFloat32 = ({ initializers }: Graph, name: string): boolean => initializers.get(name)?.dtype === "float32";

function isWeight(graph: Graph, node: Node, name: string, at: number, behindLayer: ReadonlySet<string>): boolean {
  const slot = slotOf(node, at);
  if (slot === undefined) return false;
  if (Object.hasOwn(layers, node.op)) return layers[node.op]?.includes(slot) ?? false;
  if (!Object.hasOwn(operands, node.op) || !operands[node.op]?.includes(slot)) return false;
  const { shape, data } = graph.initializers.get(name) ?? { shape: [], data: [] };
  if (shape.length === 0) return false;
  const joined = node.inputs.some((input) => behindLayer.has(input));
  // A bias of one unit has one element too; other tensors of one element are constants of the formula.
  return node.op === "Expand" || node.op === "Concat"
    ? data.length > 1
    : joined && (data.length > 1 || shape.length === 1);
}

/** ONNX's name of input number `at`. */
export function slotOf(node: Node, at: number): string | undefined {
  const slots = specOf(node)?.inputs;
  if (!slots) return undefined;
  const last = slots.at(-1);
  const slot = slots[at] ?? (last !== undefined && isVariadic(last) ? last : undefined);
  return slot === undefined ? undefined : bareName(slot);
}
