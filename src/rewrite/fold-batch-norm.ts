import { floats, numbersOf } from "../base/tensor.ts";
import { type GraphBuilder, graphBuilder, type Value } from "../onnx/builder.ts";
import { consumers, type Graph, type Node } from "../onnx/graph.ts";
import { attributesOf } from "../onnx/ops.ts";
import { inferShapes } from "../onnx/shapes/infer.ts";
import { freeStem } from "./names.ts";

/**
 * Folds each BatchNormalization that uses its running statistics into the convolution in front of it, which then has
 * the kernel s·W and the bias (B − mean)·s + bias, s = scale / √(variance + ε): the same function of the same weights,
 * with no pass of its own over the activations, forward or back. W, scale and bias stay what they are and what is
 * trained.
 *
 * @param options.keep running statistics that change: their layers stay as they are
 */
export function foldBatchNorms(graph: Graph, { keep = [] }: { readonly keep?: readonly string[] } = {}): Graph {
  const kept = new Set(keep);
  const readers = consumers(graph);
  const given = new Set(graph.outputs.map(({ name }) => name));
  const folded = new Map<Node, Node>();
  const makers = new Map(graph.nodes.map((node) => [node.outputs[0] ?? "", node]));
  const known = inferShapes(graph);
  for (const node of graph.nodes) {
    const made = makers.get(node.inputs[0] ?? "");
    if (
      !isFrozen(graph, node) ||
      node.inputs.some((name) => kept.has(name)) ||
      made?.op !== "Conv" ||
      made.domain !== "" ||
      known.get(made.inputs[1] ?? "")?.shape === undefined
    )
      continue;
    const [output = ""] = made.outputs;
    if (readers.get(output)?.length === 1 && !given.has(output)) folded.set(node, made);
  }
  if (folded.size === 0) return graph;
  const gone = new Set(folded.values());
  const g = graphBuilder({ name: graph.name, prefix: `${freeStem(graph, "folded")}.`, domains: graph.domains });
  for (const { name, dtype, shape } of graph.inputs) g.input(name, dtype, shape);
  for (const [name, value] of graph.initializers) g.initializer(name, value);
  for (const node of graph.nodes) {
    const conv = folded.get(node);
    if (!conv) {
      if (!gone.has(node)) g.copy(node);
      continue;
    }
    const scaled = g.within(node.name, () => scaledBy(g, graph, node, conv));
    g.copy({ ...conv, inputs: [conv.inputs[0] ?? "", scaled.W.name, scaled.B.name], outputs: node.outputs });
  }
  return g.build(graph.outputs.map(({ name }) => g.value(name)));
}

/** Kernel and bias of the convolution that does what both nodes did. */
function scaledBy(g: GraphBuilder, graph: Graph, node: Node, conv: Node): { readonly W: Value; readonly B: Value } {
  const [, scale = "", bias = "", mean = "", variance = ""] = node.inputs;
  const [, W = "", B] = conv.inputs;
  const { epsilon } = attributesOf("BatchNormalization", node.attributes);
  const variances = graph.initializers.get(variance);
  const deviation = numbersOf(variances ?? floats([])).map((value) => 1 / Math.sqrt(value + epsilon));
  const s = g.Mul(g.value(scale), g.constant(floats(deviation)));
  const kernel = g.value(W);
  const along = g.Unsqueeze(s, g.ints((kernel.shape ?? []).slice(1).map((_, axis) => axis + 1)));
  const offset = B ? g.Sub(g.value(mean), g.value(B)) : g.value(mean);
  return { W: g.Mul(kernel, along), B: g.Sub(g.value(bias), g.Mul(offset, s)) };
}

const isFrozen = ({ initializers }: Graph, { op, domain, inputs, attributes, outputs }: Node): boolean =>
  op === "BatchNormalization" &&
  domain === "" &&
  outputs.length === 1 &&
  attributesOf("BatchNormalization", attributes).training_mode === 0 &&
  [inputs[3], inputs[4]].every((name) => initializers.has(name ?? ""));
