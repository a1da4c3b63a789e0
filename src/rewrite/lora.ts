import { checkNumber, refuseUnknown } from "../base/options.ts";
import type { Random } from "../base/random.ts";
import { floats, zeros } from "../base/tensor.ts";
import { type GraphBuilder, graphBuilder } from "../onnx/builder.ts";
import type { Graph, Node } from "../onnx/graph.ts";
import type { LoraLayer } from "./lora-layers.ts";
import { type LoraNode, loraRules } from "./lora-products.ts";
import { freeStem, freshNames, tensorNames } from "./names.ts";

/** A low-rank adapter in a graph: y = W·x + (alpha / rank) · B(A x). */
export interface LoraAdapter extends LoraLayer {
  /** Name of the initializer A: [rank, inputs], [rank, inputs, 1, 1] beside a Conv. */
  readonly A: string;
  /** [outputs, rank], [outputs, rank, 1, 1] beside a Conv. */
  readonly B: string;
  /** Where it is added: what the product alone makes, and the sum. */
  readonly places: readonly { readonly plain: string; readonly sum: string }[];
}

/** The adapters of a graph. */
export interface Lora {
  readonly rank: number;
  readonly alpha: number;
  readonly adapters: readonly LoraAdapter[];
}

interface AddLoraOptions {
  /** From 1 to the smaller side of each layer's matrix. */
  readonly rank: number;
  /** What B(A x) is scaled by, times the rank. Above 0. */
  readonly alpha: number;
  /** Draws A: each layer has a stream of its own, by its module's name. */
  readonly rng: Random;
}

export const loraWeights = ({ adapters }: Lora): readonly string[] => adapters.flatMap(({ A, B }) => [A, B]);

/**
 * Puts a low-rank adapter beside each of some layers of the graph. A is uniform in ±1/√inputs (Kaiming-uniform with
 * a = √5), B is 0: the graph computes what it did before.
 *
 * @throws {UsageError} "bad-option"
 * @see Hu et al., LoRA: Low-Rank Adaptation of Large Language Models, 2021; PEFT's LoraConfig(init_lora_weights=True)
 */
export function addLora(
  graph: Graph,
  layers: readonly LoraLayer[],
  { rank, alpha, rng, ...rest }: AddLoraOptions,
): { readonly graph: Graph; readonly lora: Lora } {
  refuseUnknown("addLora", rest);
  const smallest = Math.min(...layers.flatMap(({ matrix: { inputs, outputs } }) => [inputs, outputs]));
  checkNumber("rank", rank, { min: 1, max: smallest, integer: true });
  checkNumber("alpha", alpha, { moreThan: 0 });
  const adapters = named(graph, layers);
  const g = graphBuilder({ name: graph.name, prefix: `${freeStem(graph, "lora")}.` });
  for (const { name, dtype, shape } of graph.inputs) g.input(name, dtype, shape);
  for (const [name, value] of graph.initializers) g.initializer(name, value);
  for (const adapter of adapters) addWeights(g, adapter, graph, rank, rng.fork(adapter.module));
  const adapted = new Map<Node, () => void>(
    adapters.flatMap((adapter) =>
      adapter.nodes.map((node) => [node, () => adapt(g, node, adapter, alpha / rank)] as const),
    ),
  );
  for (const node of graph.nodes) {
    const change = adapted.get(node);
    if (change) change();
    else g.copy(node);
  }
  return { graph: g.build(graph.outputs.map(({ name }) => g.value(name))), lora: { rank, alpha, adapters } };
}

/** The adapters to be, with names that nothing in the graph has. */
function named(graph: Graph, layers: readonly LoraLayer[]): readonly LoraAdapter[] {
  const fresh = freshNames(tensorNames(graph));
  return layers.map((layer) => ({
    ...layer,
    A: fresh(`${layer.module}.lora_A.weight`),
    B: fresh(`${layer.module}.lora_B.weight`),
    places: layer.nodes.map(({ outputs: [sum = ""] }) => ({ plain: fresh(`${sum}.plain`), sum })),
  }));
}

function addWeights(g: GraphBuilder, { A, B, weight, matrix }: LoraAdapter, graph: Graph, rank: number, rng: Random) {
  const { inputs, outputs } = matrix;
  const ones = graph.initializers.get(weight)?.shape.slice(2) ?? [];
  const bound = 1 / Math.sqrt(inputs);
  const drawn = Float32Array.from({ length: rank * inputs }, () => rng.uniform(-bound, bound));
  g.initializer(A, floats(drawn, [rank, inputs, ...ones]));
  g.initializer(B, zeros("float32", [outputs, rank, ...ones]));
}

/** The product under another name, its branch, and their sum under the product's name. */
function adapt(g: GraphBuilder, node: LoraNode, { A, B, module, places }: LoraAdapter, scale: number): void {
  const [sum = ""] = node.outputs;
  const plain = places.find((place) => place.sum === sum)?.plain ?? sum;
  g.copy({ ...node, outputs: [plain] });
  const x = g.value(node.inputs[0] ?? "");
  const change = loraRules[node.op].branch({ g, node, x, A: g.value(A), B: g.value(B), scale });
  const inputs = [plain, change.name];
  g.copy({ name: `${module}.lora.Add`, op: "Add", domain: "", inputs, outputs: [sum], attributes: {} });
}
