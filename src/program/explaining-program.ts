import { backward } from "../autodiff/backward.ts";
import { GraphError } from "../base/errors.ts";
import { extend, type GraphBuilder, type Value } from "../onnx/builder.ts";
import type { Graph } from "../onnx/graph.ts";
import type { FeatureMap } from "../rewrite/find-map.ts";

/** Names of what an explaining graph takes and gives besides the picture and the logits. */
export const explainingNames = {
  /** [N, C]: what is explained is the sum of the logits times these; a row with a single 1 asks for one class. */
  classWeights: "class_weights",
  /** [N, K, h, w]: the feature map. */
  activations: "activations",
  /** [N, h, w], from 0: where the map speaks for the class. */
  heat: "heat_map",
} as const;

/**
 * A graph that says where in a picture a class is seen (Grad-CAM): the forward pass, the gradient of the class' score by a
 * feature map A, and the sum of A's channels by what that gradient is in the mean over all places.
 *
 *     heat = relu(Σₖ aₖ·Aₖ),  aₖ = mean over h, w of ∂(Σ class_weights·logits) / ∂Aₖ
 *
 * One graph serves all classes: which one is an input, beside the picture. Outputs: the graph's own, `activations`,
 * `heat_map`.
 *
 * @param graph a picture [N, 3, H, W] in, logits [N, C] out, in inference mode
 * @throws {GraphError} "no-gradient" · "bad-shape" where the graph's output is not [N, C]
 * @see Selvaraju et al., Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization, ICCV 2017
 */
export function explainingProgram(graph: Graph, map: FeatureMap): Graph {
  const g = extend(graph, { prefix: "explain." });
  const logits = logitsOf(g, graph);
  const seed = g.input(explainingNames.classWeights, "float32", logits.shape);
  const A = g.value(map.tensor);
  const dA = gradientOf(g, graph, { logits, seed, tensor: map.tensor });
  return g.within("explain", () => {
    const [maps, gradients] = [asMaps(g, A, map), asMaps(g, dA, map)];
    const weighted = g.Mul(g.ReduceMean(gradients, g.ints([2, 3]), { keepdims: 1 }), maps);
    const heat = g.Relu(g.ReduceSum(weighted, g.ints([1]), { keepdims: 0 }));
    return g.build([logits, g.named(explainingNames.activations, maps), g.named(explainingNames.heat, heat)]);
  });
}

function logitsOf(g: GraphBuilder, { outputs: [output] }: Graph): Value {
  const logits = output && g.value(output.name);
  if (logits?.shape?.length === 2) return logits;
  throw new GraphError("bad-shape", `The output "${output?.name}" is not [N, C].`, {
    hint: "Only a classifier's decision is explained.",
  });
}

interface Gradient {
  readonly logits: Value;
  readonly seed: Value;
  readonly tensor: string;
}

function gradientOf(g: GraphBuilder, { nodes }: Graph, { logits, seed, tensor }: Gradient): Value {
  const gradient = backward(g, { nodes, output: logits, seed, wrt: [tensor] }).get(tensor);
  if (gradient) return gradient;
  throw new GraphError("bad-graph", `"${tensor}" got no gradient.`);
}

/** [N, K, h, w] of what is laid out as the feature map is; tokens without those in front of the first place. */
function asMaps(g: GraphBuilder, X: Value, { places, channelAxis, channels }: FeatureMap): Value {
  const { height, width } = places;
  if (places.kind === "grid") return toOrder(g, X, [0, channelAxis, ...places.axes]);
  const [axis] = places.axes;
  const [from, to] = [places.before, places.before + height * width];
  const own = X.shape?.[axis] === to - from ? X : g.Slice(X, g.ints([from]), g.ints([to]), g.ints([axis]));
  return g.Reshape(toOrder(g, own, [0, channelAxis, axis]), g.ints([0, channels, height, width]));
}

const toOrder = (g: GraphBuilder, X: Value, perm: readonly number[]): Value =>
  perm.every((axis, at) => axis === at) ? X : g.Transpose(X, { perm });
