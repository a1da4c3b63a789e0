import { floats, isDType, type Tensor } from "../base/tensor.ts";
import { type GraphBuilder, graphBuilder, tagged, type Value } from "../onnx/builder.ts";
import { readsOf } from "../onnx/file/sort.ts";
import type { Graph, Node } from "../onnx/graph.ts";
import { attributesOf } from "../onnx/ops.ts";
import { inferShapes } from "../onnx/shapes/infer.ts";
import { freeStem, labelOf } from "./names.ts";

/**
 * Writes large 3 x 3 convolutions of constant weights as Winograd's F(2 x 2, 3 x 3): each 2 x 2 of the output comes from a
 * 4 x 4 of the input by 16 products where the sum over the kernel takes 36. What is computed stays, but for rounding: it goes
 * with the largest of the 4 x 4, also for pixels of which that one is no part (and infinity beside them becomes NaN).
 *
 * The 4 x 4 are not cut out: each of their 16 combinations is a depthwise convolution with two taps a side and stride 2, its
 * products with the weights are a 1 x 1 convolution, and sums of those are the four pixels of each 2 x 2.
 *
 * Only where that is quicker in onnxruntime: by a third with 512 channels on both sides, by
 * little or nothing with fewer.
 *
 * Source: A. Lavin, S. Gray, "Fast Algorithms for Convolutional Neural Networks", 2015, section 4.1; of its fourth
 * combination the sign is turned, so that more sums are Adds.
 */
export function winograd(graph: Graph): Graph {
  if (!graph.nodes.some((node) => largeKernel(node, graph))) return graph;
  const known = inferShapes(graph);
  const plans = new Map<Node, Plan>();
  for (const node of graph.nodes) {
    const kernel = largeKernel(node, graph);
    const [height, width] = known.get(node.inputs[0] ?? "")?.shape?.slice(2) ?? [];
    if (kernel && isEven(height) && isEven(width)) plans.set(node, { node, kernel });
  }
  return plans.size === 0 ? graph : rewritten(graph, plans);
}

interface Plan {
  readonly node: Node;
  /** [K, C, 3, 3]. */
  readonly kernel: Tensor<"float32">;
}

/** What the transformed sums cost grows with both counts of channels, what they save with the product of these. */
const leastChannels = 256;

/** The weight of a convolution that is of the form and large enough; undefined of all other nodes. */
function largeKernel({ op, domain, inputs, attributes }: Node, { initializers }: Graph): Plan["kernel"] | undefined {
  const kernel = op === "Conv" && domain === "" ? initializers.get(inputs[1] ?? "") : undefined;
  if (!kernel || !isDType(kernel, "float32")) return undefined;
  const [K = 0, C = 0, ...window] = kernel.shape;
  if (window.join() !== "3,3" || (K * C) / (K + C) < leastChannels) return undefined;
  const { group, strides, dilations, pads, auto_pad } = attributesOf("Conv", attributes);
  const isOne = (values: readonly number[] | undefined) => values === undefined || values.every((value) => value === 1);
  const isPadded = auto_pad === "NOTSET" && pads !== undefined && pads.length === 4 && isOne(pads);
  const isSame = auto_pad.startsWith("SAME") || isPadded;
  return group === 1 && isOne(strides) && isOne(dilations) && isSame ? kernel : undefined;
}

const isEven = (extent: number | string | undefined): boolean => typeof extent === "number" && extent % 2 === 0;

function rewritten(graph: Graph, plans: ReadonlyMap<Node, Plan>): Graph {
  const g = graphBuilder({ name: graph.name, prefix: `${freeStem(graph, "winograd")}.`, domains: graph.domains });
  for (const { name, dtype, shape } of graph.inputs) g.input(name, dtype, shape);
  const rest = graph.nodes.filter((node) => !plans.has(node));
  const read = new Set([
    ...rest.flatMap((node) => [...readsOf(node)]),
    ...graph.outputs.map(({ name }) => name),
    ...[...plans.keys()].map(({ inputs }) => inputs[2] ?? ""),
  ]);
  for (const [name, value] of graph.initializers) if (read.has(name)) g.initializer(name, value);
  for (const node of graph.nodes) {
    const plan = plans.get(node);
    if (plan) g.within(labelOf(node), () => emit(plan, g));
    else g.copy(node);
  }
  return { ...g.build(graph.outputs.map(({ name }) => g.value(name))), outputs: graph.outputs };
}

type Four<T> = readonly [T, T, T, T];

/** One side of a combination: what of the four numbers of a row it takes, the first and the last tap of a dilated kernel. */
interface Combination {
  readonly taps: readonly [number, number];
  readonly dilation: number;
  /** What is padded in front of the first and behind the last pixel, so that tile t begins at pixel 2·t - 1 of the input. */
  readonly pads: readonly [begin: number, end: number];
  /** What of a kernel's three numbers it is multiplied with. */
  readonly kernel: readonly [number, number, number];
}

/** Rows of Bᵀ and of G. */
const combinations: Four<Combination> = [
  { taps: [1, -1], dilation: 2, pads: [1, 0], kernel: [1, 0, 0] },
  { taps: [1, 1], dilation: 1, pads: [0, 0], kernel: [0.5, 0.5, 0.5] },
  { taps: [-1, 1], dilation: 1, pads: [0, 0], kernel: [0.5, -0.5, 0.5] },
  { taps: [1, -1], dilation: 2, pads: [0, 1], kernel: [0, 0, -1] },
];

function emit({ node, kernel }: Plan, g: GraphBuilder): void {
  const [input = "", , bias = ""] = node.inputs;
  const X = g.value(input);
  const products = map(combinations, (row, i) =>
    map(combinations, (column, j) => {
      const patches = combined(X, [row, column], { channels: kernel.shape[1] ?? 0, g });
      // This one is in all four sums and nowhere negative: so is what is added to it.
      const B = i === 1 && j === 1 && bias !== "" ? g.value(bias) : undefined;
      return g.Conv(patches, g.constant(transformed(kernel, [row, column])), B);
    }),
  );
  const [first, second, third, fourth] = products;
  const columns = map(first, (value, j) => pixels([value, second[j], third[j], fourth[j]] as Four<Value>, g));
  const rows = [map(columns, ([top]) => top), map(columns, ([, bottom]) => bottom)];
  const merged = g.Concat(...rows.flatMap((row) => pixels(row, g)), { axis: 1 });
  g.copy({ ...node, op: "DepthToSpace", inputs: [merged.name], attributes: tagged("DepthToSpace", { blocksize: 2 }) });
}

const map = <T, U>([a, b, c, d]: Four<T>, of: (value: T, at: number) => U): Four<U> => [
  of(a, 0),
  of(b, 1),
  of(c, 2),
  of(d, 3),
];

/** The two pixels of a side: rows of Aᵀ. */
const pixels = ([a, b, c, d]: Four<Value>, g: GraphBuilder): readonly [Value, Value] => [
  g.Add(g.Add(a, b), c),
  g.Add(g.Sub(b, c), d),
];

/** One combination of all 4 x 4 of the picture, [N, C, H, W] -> [N, C, H/2, W/2]. */
function combined(
  X: Value,
  [row, column]: readonly [Combination, Combination],
  { channels, g }: { readonly channels: number; readonly g: GraphBuilder },
): Value {
  const taps = row.taps.flatMap((y) => column.taps.map((x) => y * x));
  const W = Float32Array.from({ length: 4 * channels }, (_, at) => taps[at % 4] ?? 0);
  return g.Conv(X, g.constant(floats(W, [channels, 1, 2, 2])), {
    group: channels,
    strides: [2, 2],
    dilations: [row.dilation, column.dilation],
    pads: [row.pads[0], column.pads[0], row.pads[1], column.pads[1]],
  });
}

/** One combination of each 3 x 3 of the kernel, [K, C, 3, 3] -> [K, C, 1, 1]. */
function transformed({ data, shape }: Tensor<"float32">, [row, column]: readonly [Combination, Combination]): Tensor {
  const [K = 0, C = 0] = shape;
  const factors = row.kernel.flatMap((y) => column.kernel.map((x) => y * x));
  const out = new Float32Array(K * C);
  for (let at = 0; at < out.length; at++) {
    let sum = 0;
    for (let i = 0; i < 9; i++) sum += (factors[i] ?? 0) * (data[9 * at + i] ?? 0);
    out[at] = sum;
  }
  return floats(out, [K, C, 1, 1]);
}
