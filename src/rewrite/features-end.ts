import { type Graph, type Node, producers, type ValueInfo } from "../onnx/graph.ts";
import type { OpName } from "../onnx/ops.ts";

/** What the op that makes a tensor, or passes one on, says about it. */
type Sign =
  /** It is features: normalised, activated, joined, pooled over windows. */
  | "features"
  /** Nothing: look at what it reads. */
  | "look-behind";

/** Scores come straight out of a product; features come out of one of these. Ops without a row leave it open. */
const signs: { readonly [O in OpName]?: Sign } = {
  Relu: "features",
  LeakyRelu: "features",
  Clip: "features",
  Elu: "features",
  Gelu: "features",
  HardSwish: "features",
  Mul: "features",
  Concat: "features",
  BatchNormalization: "features",
  LayerNormalization: "features",
  MaxPool: "features",
  Add: "features",
  Identity: "look-behind",
  Dropout: "look-behind",
  Flatten: "look-behind",
  Reshape: "look-behind",
  Squeeze: "look-behind",
  Unsqueeze: "look-behind",
  Transpose: "look-behind",
  Gather: "look-behind",
  Slice: "look-behind",
  AveragePool: "look-behind",
  GlobalAveragePool: "look-behind",
  GlobalMaxPool: "look-behind",
  ReduceMean: "look-behind",
  ReduceMax: "look-behind",
};

/** Whether an output is plainly features, of rank 2 to 4, and no scores in a form that was not recognised. */
export function isClearlyFeatures(graph: Graph, { name, dtype, shape }: ValueInfo): boolean {
  if (dtype !== "float32" || shape === undefined || shape.length < 2 || shape.length > 4) return false;
  const makers = producers(graph);
  let maker = makers.get(name);
  while (maker && signOf(maker) === "look-behind") maker = makers.get(maker.inputs[0] ?? "");
  return maker !== undefined && signOf(maker) === "features" && !isBias(maker, graph);
}

const signOf = ({ domain, op }: Node): Sign | undefined =>
  domain === "" && Object.hasOwn(signs, op) ? signs[op as OpName] : undefined;

/** An Add or Mul of a constant belongs to the product before it. */
const isBias = ({ op, inputs }: Node, { initializers }: Graph): boolean =>
  (op === "Add" || op === "Mul") && inputs.some((name) => initializers.has(name));
