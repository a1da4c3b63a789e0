import type { Graph, Node } from "../onnx/graph.ts";

/** How exporters name the bias of a Conv into which they merged a BatchNormalization. */
const signs: readonly ((weight: string, bias: string) => boolean)[] = [
  // torch.onnx with TorchScript: both get a number instead of the parameter's name
  (_, bias) => /^onnx::Conv_\d+$/.test(bias),
  // torch.onnx with dynamo, onnxscript's optimizer
  (weight, bias) => bias === `${weight}_bias`,
  // tf2onnx
  (_, bias) => /fused_bn$/.test(bias),
];

export interface BatchNorms {
  /** BatchNormalization nodes. */
  readonly nodes: number;
  /** Conv nodes whose names say that a BatchNormalization was merged into them. */
  readonly merged: number;
  /** No trace, but all Conv nodes have a bias, which they need not where a BatchNormalization follows them. */
  readonly maybeMerged: boolean;
}

/** What became of a network's batch normalization when it was exported. */
export function batchNormsOf({ nodes }: Graph): BatchNorms {
  const convs = nodes.filter(({ op, domain }) => op === "Conv" && domain === "");
  const own = nodes.filter(({ op, domain }) => op === "BatchNormalization" && domain === "").length;
  const merged = convs.filter(isMerged).length;
  const isOtherwiseNormal = nodes.some(({ op }) => /Normalization$/.test(op));
  const maybeMerged = merged === 0 && convs.length > 1 && convs.every(hasBias) && !isOtherwiseNormal;
  return { nodes: own, merged, maybeMerged };
}

const hasBias = ({ inputs }: Node): boolean => (inputs[2] ?? "") !== "";

const isMerged = (node: Node): boolean =>
  hasBias(node) && signs.some((sign) => sign(node.inputs[1] ?? "", node.inputs[2] ?? ""));
