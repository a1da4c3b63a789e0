import { GraphError } from "../base/errors.ts";
import type { Random } from "../base/random.ts";
import { formatShape, type Shape, type StaticShape, sizeOf } from "../base/shape.ts";
import { numbersOf, type Tensor, tensor } from "../base/tensor.ts";
import { graphBuilder } from "../onnx/builder.ts";
import type { Graph, Node } from "../onnx/graph.ts";

/** A graph input that stands for the randomness of one Dropout node. */
export interface DropoutMask {
  readonly name: string;
  /** Of the tensor that it multiplies; the first axis is the batch. */
  readonly shape: Shape;
  /** Share of elements set to 0. */
  readonly rate: number;
}

/**
 * Replaces each active Dropout by a product with a mask that is fed at every step. The randomness then lies outside
 * of the graph, where a seed governs it: onnxruntime's own Dropout keeps a generator that cannot be set back.
 */
export function withDropoutMasks(graph: Graph): { readonly graph: Graph; readonly masks: readonly DropoutMask[] } {
  if (!graph.nodes.some((node) => node.op === "Dropout")) return { graph, masks: [] };
  const g = graphBuilder({ name: graph.name, prefix: "dropout." });
  const masks: DropoutMask[] = [];
  for (const { name, dtype, shape } of graph.inputs) g.input(name, dtype, shape);
  for (const [name, value] of graph.initializers) g.initializer(name, value);
  for (const node of graph.nodes) {
    const rate = node.op === "Dropout" && node.domain === "" ? rateOf(graph, node) : 0;
    if (rate === 0) {
      g.copy(node);
      continue;
    }
    const [data = "", output = ""] = [node.inputs[0], node.outputs[0]];
    const mask = { name: `dropout_mask:${output}`, shape: perExample(g.value(data).shape, node), rate };
    masks.push(mask);
    g.input(mask.name, "float32", mask.shape);
    g.copy({ name: node.name, op: "Mul", domain: "", inputs: [data, mask.name], outputs: [output], attributes: {} });
  }
  return { graph: g.build(graph.outputs.map(({ name }) => g.value(name))), masks };
}

/**
 * Inverted dropout: each element 0 with probability `rate`, else 1 / (1 − rate), so that the mean stays.
 *
 * @see Srivastava et al., 2014; PyTorch Dropout
 */
export function drawMask(
  { shape, rate }: DropoutMask,
  { batch, rng }: { readonly batch: number; readonly rng: Random },
): Tensor {
  const extents: StaticShape = shape.map((dim) => (typeof dim === "number" ? dim : batch));
  const kept = 1 / (1 - rate);
  const values = Float32Array.from({ length: sizeOf(extents) }, () => (rng.next() < rate ? 0 : kept));
  return tensor("float32", extents, values);
}

/** Dropout's `ratio` input; ONNX's default is 0.5. */
function rateOf(graph: Graph, node: Node): number {
  const name = node.inputs[1];
  if (!name) return 0.5;
  const ratio = graph.initializers.get(name);
  const [rate] = ratio ? numbersOf(ratio) : [];
  if (rate !== undefined && rate >= 0 && rate < 1) return rate;
  throw new GraphError(
    "unsupported-attribute",
    `Dropout "${node.name}" has a ratio that is not a constant from 0 to below 1.`,
  );
}

function perExample(shape: Shape | undefined, node: Node): Shape {
  if (shape?.slice(1).every((dim) => typeof dim === "number")) return shape;
  throw new GraphError(
    "bad-shape",
    `Dropout "${node.name}" works on ${formatShape(shape)}: all but the batch must be known.`,
  );
}
