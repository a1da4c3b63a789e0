import { isStatic, sizeOf } from "../base/shape.ts";
import type { Graph, Node } from "../onnx/graph.ts";
import { attributesOf } from "../onnx/ops.ts";
import { inferShapes } from "../onnx/shapes/infer.ts";

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
export function batchNormsOf(graph: Graph): BatchNorms {
  const convs = convsOf(graph);
  const merged = convs.filter(isMerged).length;
  const own = graph.nodes.filter(({ op, domain }) => op === "BatchNormalization" && domain === "").length;
  const maybeMerged = merged === 0 && convs.length > 1 && convs.every(hasBias) && !isNormalized(graph);
  return { nodes: own, merged, maybeMerged };
}

/**
 * The Conv nodes that a BatchNormalization was merged into: those whose names say so. Where none does, all, if the network
 * is of a kind that nobody trains without normalization: it has sums of two branches, or depthwise convolutions. Those
 * that see one pixel, as in a squeeze-and-excitation block, never had one.
 */
export function mergedConvs(graph: Graph): readonly Node[] {
  const convs = convsOf(graph).filter(({ inputs: [, W = ""] }) => graph.initializers.has(W));
  const named = convs.filter(isMerged);
  if (named.length > 0) return named;
  if (!batchNormsOf(graph).maybeMerged || !(hasBranches(graph) || convs.some((conv) => isDepthwise(graph, conv)))) {
    return [];
  }
  const shapes = inferShapes(graph);
  return convs.filter(({ outputs: [Y = ""] }) => {
    const spatial = shapes.get(Y)?.shape?.slice(2);
    return spatial === undefined || !isStatic(spatial) || sizeOf(spatial) > 1;
  });
}

/** Whether any node normalizes: by the batch, a layer, a group. */
export const isNormalized = ({ nodes }: Graph): boolean => nodes.some(({ op }) => /Normalization$/.test(op));

const convsOf = ({ nodes }: Graph): readonly Node[] => nodes.filter(({ op, domain }) => op === "Conv" && domain === "");

const hasBias = ({ inputs }: Node): boolean => (inputs[2] ?? "") !== "";

const isMerged = (node: Node): boolean =>
  hasBias(node) && signs.some((sign) => sign(node.inputs[1] ?? "", node.inputs[2] ?? ""));

/** Whether somewhere two activations, each made by a node, are added up. */
function hasBranches({ nodes }: Graph): boolean {
  const made = new Set(nodes.flatMap(({ outputs }) => outputs));
  return nodes.some(
    ({ op, domain, inputs }) => op === "Add" && domain === "" && inputs.every((name) => made.has(name)),
  );
}

/** Whether each channel has a kernel of its own: W is [M, 1, kH, kW]. */
function isDepthwise({ initializers }: Graph, { inputs: [, W = ""], attributes }: Node): boolean {
  return attributesOf("Conv", attributes).group > 1 && initializers.get(W)?.shape[1] === 1;
}
