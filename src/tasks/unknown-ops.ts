import { GraphError, HostError } from "../base/errors.ts";
import { suggestion } from "../base/suggestion.ts";
import type { Graph, Node } from "../onnx/graph.ts";
import { ops, specOf } from "../onnx/ops.ts";
import { passedOpNames } from "../onnx/passed-ops.ts";
import { labelOf } from "../rewrite/names.ts";

/** onnxruntime's own ops that are found in classifiers. @see onnxruntime's docs/ContribOperators.md */
const contributed = [
  "Attention",
  "BiasAdd",
  "BiasGelu",
  "FastGelu",
  "FusedConv",
  "FusedGemm",
  "FusedMatMul",
  "Gelu",
  "GroupNorm",
  "Inverse",
  "MatMulNBits",
  "MultiHeadAttention",
  "NhwcConv",
  "NhwcMaxPool",
  "QLinearAdd",
  "QLinearGlobalAveragePool",
  "QLinearLeakyRelu",
  "QLinearSigmoid",
  "QuickGelu",
  "SkipGroupNorm",
  "SkipLayerNormalization",
] as const;

/**
 * What an error of the engine means where the graph has an op that the engine does not know either: "unknown-op", with
 * the names that are nearest. Any other error is returned as it is.
 */
export function explained(error: unknown, graph: Graph): unknown {
  if (!(error instanceof HostError) || error.code !== "engine-failed") return error;
  const unknown = graph.nodes.filter((node) => specOf(node) === undefined);
  const node = unknown.find((one) => isRefused(error.message, one));
  if (!node) return error;
  const known = [...contributed, ...passedOpNames, ...Object.keys(ops)];
  return new GraphError(
    "unknown-op",
    `Neither Regraft nor onnxruntime knows the op ${nameOf(node)} (node "${labelOf(node)}").`,
    { ...suggestion(node.op, known), cause: error },
  );
}

const nameOf = ({ domain, op }: Node): string => (domain === "" ? op : `${domain}.${op}`);

/** onnxruntime names the op, in one of two ways. */
const isRefused = (message: string, { op, domain }: Node): boolean =>
  (message.includes(op) && /not a registered function\/op|No Op registered/.test(message)) ||
  (domain !== "" && message.includes(domain) && /No opset import|not registered|domain/.test(message));
