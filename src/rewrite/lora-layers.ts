import { GraphError, UsageError } from "../base/errors.ts";
import { suggestion } from "../base/suggestion.ts";
import { type Tensor, zeros } from "../base/tensor.ts";
import { consumers, type Graph, type Node } from "../onnx/graph.ts";
import { isLoraNode, type LoraMatrix, type LoraNode, loraRules } from "./lora-products.ts";
import { modulePaths } from "./module-path.ts";
import { freshNames } from "./names.ts";

/** A layer that takes a low-rank adapter. */
export interface LoraLayer {
  /** As PyTorch would call it: "blocks.0.attn.qkv". No two layers have the same. */
  readonly module: string;
  /** Name of its frozen weight. */
  readonly weight: string;
  readonly matrix: LoraMatrix;
  /** The nodes that multiply by it; several where layers share a weight. */
  readonly nodes: readonly LoraNode[];
}

/** A layer that takes none. */
export interface SkippedLayer {
  readonly module: string;
  /** Completes "no adapter, because ...". */
  readonly reason: string;
}

/** The layers of a graph, as far as they are products with a matrix. */
export interface LoraLayers {
  readonly layers: readonly LoraLayer[];
  readonly skipped: readonly SkippedLayer[];
}

/**
 * Sorts the products of a graph by whether an adapter can stand beside them: x·W and W·x of Gemm, MatMul and the 1x1 Conv.
 *
 * @param weights names of float32 initializers; what of them is no product's matrix is left out silently
 */
export function loraLayers(graph: Graph, weights: readonly string[]): LoraLayers {
  const readers = consumers(graph);
  const pathOf = modulePaths(graph);
  const unique = freshNames(new Set());
  const layers: LoraLayer[] = [];
  const skipped: SkippedLayer[] = [];
  for (const weight of weights) {
    const nodes = readers.get(weight) ?? [];
    const product = nodes.find((node) => isLoraNode(node) && node.inputs.indexOf(weight) < 2);
    if (!product) continue;
    const module = unique(pathOf(product, weight));
    const matrix = sharedMatrix(nodes, weight, graph.initializers.get(weight) ?? zeros("float32", [0]));
    if (typeof matrix === "string") skipped.push({ module, reason: matrix });
    else layers.push({ module, weight, matrix, nodes: nodes.filter(isLoraNode) });
  }
  return { layers, skipped };
}

/** The matrix that all nodes read a weight as, or why there is none. */
function sharedMatrix(nodes: readonly Node[], name: string, weight: Tensor): LoraMatrix | string {
  const [first = "nothing reads it", ...others] = nodes.map((node) => matrixOf(node, name, weight));
  if (typeof first === "string") return first;
  const isSame = (other: LoraMatrix | string) =>
    typeof other !== "string" && other.transposed === first.transposed && other.factor === first.factor;
  return others.every(isSame) ? first : "its weight has another use too";
}

function matrixOf(node: Node, name: string, weight: Tensor): LoraMatrix | string {
  const slots = node.inputs.flatMap((input, slot) => (input === name ? [slot] : []));
  if (!isLoraNode(node) || slots.length > 1 || slots[0] === 2) return "its weight has another use too";
  return node.inputs[0] === name ? "its weight is the left operand" : loraRules[node.op].matrix(weight, node);
}

interface LoraChoice {
  readonly rank: number;
  /** Modules by their whole path or its last parts, as PEFT's target_modules; undefined: all that the rank fits. */
  readonly targets?: readonly string[] | undefined;
}

/**
 * The layers that get an adapter. Without targets, layers with a smaller side than `rank` are left out.
 *
 * @throws {UsageError} "bad-option" where the rank is too high · {GraphError} "no-such-node" · "no-adapter" where a
 *   target takes none, or no layer does
 */
export function chooseLayers({ layers, skipped }: LoraLayers, { rank, targets }: LoraChoice): LoraLayers {
  if (targets !== undefined) return targeted({ layers, skipped }, rank, targets);
  const fits = layers.filter((layer) => rank <= largestRank(layer));
  const small = layers.filter((layer) => rank > largestRank(layer));
  if (fits.length === 0) throw layers.length === 0 ? noLayer(skipped) : tooHigh(rank, small);
  const tooSmall = small.map((layer) => ({ module: layer.module, reason: `it has only rank ${largestRank(layer)}` }));
  return { layers: fits, skipped: [...skipped, ...tooSmall] };
}

function targeted({ layers, skipped }: LoraLayers, rank: number, targets: readonly string[]): LoraLayers {
  const names = [...layers, ...skipped].map(({ module }) => module);
  for (const target of targets) {
    if (layers.some(({ module }) => matches(module, target))) continue;
    const refused = skipped.find(({ module }) => matches(module, target));
    if (refused) throw new GraphError("no-adapter", `"${refused.module}" takes no adapter: ${refused.reason}.`);
    throw new GraphError("no-such-node", `No layer to adapt is called "${target}".`, suggestion(target, names));
  }
  const chosen = layers.filter(({ module }) => targets.some((target) => matches(module, target)));
  const small = chosen.filter((layer) => rank > largestRank(layer));
  if (small.length > 0) throw tooHigh(rank, small);
  if (chosen.length === 0) throw new GraphError("no-adapter", "The list of layers to adapt is empty.");
  return { layers: chosen, skipped: [] };
}

const matches = (module: string, target: string): boolean => module === target || module.endsWith(`.${target}`);

/** From here on the product of two factors is no smaller than the matrix. */
const largestRank = ({ matrix: { inputs, outputs } }: LoraLayer): number => Math.min(inputs, outputs);

function tooHigh(rank: number, layers: readonly LoraLayer[]): UsageError {
  const [largest] = [...layers].sort((a, b) => largestRank(b) - largestRank(a));
  const { module = "", matrix = { inputs: 0, outputs: 0 } } = largest ?? {};
  const most = Math.min(matrix.inputs, matrix.outputs);
  const where = `"${module}" [${matrix.outputs}, ${matrix.inputs}]`;
  return new UsageError("bad-option", `rank must be a whole number from 1 to ${most} for ${where}, not ${rank}.`, {
    hint: `An adapter of a higher rank is larger than the layer itself: --lora ${most} at most.`,
  });
}

function noLayer(skipped: readonly SkippedLayer[]): GraphError {
  const [first] = skipped;
  const reason = first ? `"${first.module}": ${first.reason}.` : "There is no product with a matrix.";
  return new GraphError("no-adapter", `No layer takes a low-rank adapter. ${reason}`, {
    hint: "Adapters go on MatMul, Gemm and 1 x 1 Conv. Leave out --lora: the base's own weights are tuned then.",
  });
}
