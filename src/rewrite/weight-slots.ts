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
  const uses = weightUses(graph);
  const isUse = new Map<Node, Set<number>>();
  for (const { node, at } of uses) isUse.set(node, (isUse.get(node) ?? new Set()).add(at));
  const other = new Set(graph.nodes.flatMap((node) => node.inputs.filter((_, at) => !isUse.get(node)?.has(at))));
  const found = new Map<Node, Set<string>>();
  for (const { node, name } of uses) {
    if (!other.has(name)) found.set(node, (found.get(node) ?? new Set()).add(name));
  }
  return [...found].map(([node, weights]) => ({ node, weights: [...weights] }));
}

/** A place where a node reads learned numbers. */
interface WeightUse {
  readonly node: Node;
  /** Which of the node's inputs it is. */
  readonly at: number;
  /** Name of the initializer. */
  readonly name: string;
}

/** Every place where float32 numbers are read as a weight, in graph order, whatever else reads the same numbers. */
export function weightUses(graph: Graph): readonly WeightUse[] {
  const behindLayer = new Set<string>();
  return graph.nodes.flatMap((node) => {
    const uses = node.inputs.flatMap((name, at) =>
      isFloat32(graph, name) && isWeight(graph, node, name, at, behindLayer) ? [{ node, at, name }] : [],
    );
    const follows = node.inputs.some((name) => behindLayer.has(name));
    if (follows || (uses.length > 0 && Object.hasOwn(layers, node.op))) {
      for (const name of node.outputs) behindLayer.add(name);
    }
    return uses;
  });
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
