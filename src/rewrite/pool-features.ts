import { GraphError } from "../base/errors.ts";
import { type Dim, formatShape, type Shape } from "../base/shape.ts";
import type { GraphBuilder, Value } from "../onnx/builder.ts";
import { type Graph, type Node, producers } from "../onnx/graph.ts";
import { attributesOf, type OpName } from "../onnx/ops.ts";
import { inferShapes } from "../onnx/shapes/infer.ts";
import type { Known } from "../onnx/shapes/known.ts";

/**
 * How features become [N, F]: as they are; the mean over the pixels of maps [N, F, H, W] or [N, H, W, F]; of a sequence
 * [N, T, F] the class token, where it has one in front, else the mean over its tokens.
 *
 * @see https://huggingface.co/docs/transformers/model_doc/vit: ViTForImageClassification reads token 0
 */
export type Pooling = "none" | "maps" | "maps-last" | "class-token" | "tokens";

interface PoolingRule {
  readonly words: string;
  /** The axis that counts features. */
  readonly axis: number;
  readonly pool: (g: GraphBuilder, features: Value) => Value;
}

export const poolingRules: { readonly [P in Pooling]: PoolingRule } = {
  none: { words: "as they are", axis: 1, pool: (_, features) => features },
  maps: {
    words: "averaged over height and width",
    axis: 1,
    pool: (g, X) => g.Flatten(X.shape?.[2] === 1 && X.shape[3] === 1 ? X : g.GlobalAveragePool(X)),
  },
  "maps-last": {
    words: "averaged over height and width",
    axis: 3,
    pool: (g, X) => g.ReduceMean(X, g.ints([1, 2]), { keepdims: 0 }),
  },
  "class-token": {
    words: "of the class token",
    axis: 2,
    pool: (g, X) => g.Flatten(g.Slice(X, g.ints([0]), g.ints([1]), g.ints([1]))),
  },
  tokens: {
    words: "averaged over the tokens",
    axis: 2,
    pool: (g, X) => g.ReduceMean(X, g.ints([1]), { keepdims: 0 }),
  },
};

export interface PooledFeatures {
  readonly pooling: Pooling;
  /** F; undefined where it is not known. */
  readonly size: Dim | undefined;
}

/**
 * How the tensor is pooled, and to how many features.
 *
 * @throws {GraphError} "bad-shape" for features of another rank than 2, 3 or 4
 */
export function poolingOf(graph: Graph, tensor: string): PooledFeatures {
  const known = inferShapes(graph);
  const shape = known.get(tensor)?.shape;
  const pooling = shape && byRank(graph, tensor, shape, known);
  if (pooling) return { pooling, size: shape[poolingRules[pooling].axis] };
  throw new GraphError(
    "bad-shape",
    `A head goes on features [N, F], [N, T, F] or [N, F, H, W]; "${tensor}" is ${formatShape(shape)}.`,
  );
}

function byRank(graph: Graph, tensor: string, shape: Shape, known: ReadonlyMap<string, Known>): Pooling | undefined {
  if (shape.length === 2) return "none";
  if (shape.length === 3) return hasClassToken(graph, shape[1], known) ? "class-token" : "tokens";
  if (shape.length === 4) return isChannelsLast(graph, tensor) ? "maps-last" : "maps";
  return undefined;
}

/** Whether sequences of this length were made by putting one token in front of others. */
function hasClassToken(graph: Graph, length: Dim | undefined, known: ReadonlyMap<string, Known>): boolean {
  return graph.nodes.some((node) => {
    if (node.op !== "Concat" || node.domain !== "" || node.inputs.length < 2) return false;
    const [joined, first] = [known.get(node.outputs[0] ?? "")?.shape, known.get(node.inputs[0] ?? "")?.shape];
    const axis = attributesOf("Concat", node.attributes).axis;
    const alongTokens = joined?.length === 3 && (axis === 1 || axis === -2);
    return alongTokens && joined[1] === length && first?.[1] === 1;
  });
}

/** Where each op has the channels of a map with four axes; ops without a row pass on what they read first. */
const channelAxis: { readonly [O in OpName]?: (node: Node) => "first" | "last" } = {
  Conv: () => "first",
  ConvTranspose: () => "first",
  BatchNormalization: () => "first",
  MaxPool: () => "first",
  AveragePool: () => "first",
  GlobalAveragePool: () => "first",
  GlobalMaxPool: () => "first",
  MatMul: () => "last",
  LayerNormalization: () => "last",
  Transpose: ({ attributes }) => (`${attributesOf("Transpose", attributes).perm}` === "0,2,3,1" ? "last" : "first"),
};

function isChannelsLast(graph: Graph, tensor: string): boolean {
  const makers = producers(graph);
  for (let name = tensor; ; ) {
    const maker = makers.get(name);
    if (!maker) return false;
    const axisOf =
      maker.domain === "" && Object.hasOwn(channelAxis, maker.op) ? channelAxis[maker.op as OpName] : undefined;
    if (axisOf) return axisOf(maker) === "last";
    name = maker.inputs.find((input) => makers.has(input)) ?? "";
  }
}
