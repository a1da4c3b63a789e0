import { type StaticShape, sizeOf } from "../base/shape.ts";
import { isDType, type Tensor, tensor } from "../base/tensor.ts";
import { consumers, type Graph, type Node, producers } from "../onnx/graph.ts";

/**
 * Multiplies the scale behind an integer product into its weights: (X · Q) · s becomes X · (Q · s), for MatMul and Conv,
 * one scale or one per output channel. Only weights that are all whole numbers are meant, which were integers: as they
 * are, a learning rate would be far too small for them. Weights of a float model are left alone.
 */
export function foldScales(graph: Graph): Graph {
  const [readers, makers] = [consumers(graph), producers(graph)];
  const given = new Set(graph.outputs.map(({ name }) => name));
  const initializers = new Map(graph.initializers);
  const once = (name: string) => readers.get(name)?.length === 1 && !given.has(name);
  const nodes = graph.nodes.map((node): Node => {
    const scaled = node.op === "Mul" && node.domain === "" ? scaledProduct(node, makers, initializers) : undefined;
    if (!scaled || !once(scaled.product) || !once(scaled.weight)) return node;
    initializers.set(scaled.weight, scaled.value);
    return { ...node, op: "Identity", inputs: [scaled.product] };
  });
  return { ...graph, nodes, initializers };
}

interface Scaled {
  readonly product: string;
  readonly weight: string;
  readonly value: Tensor;
}

function scaledProduct(
  node: Node,
  makers: ReadonlyMap<string, Node>,
  constants: ReadonlyMap<string, Tensor>,
): Scaled | undefined {
  const [a = "", b = ""] = node.inputs;
  const [product, scale] = constants.has(a) ? [b, constants.get(a)] : [a, constants.get(b)];
  const maker = makers.get(product);
  const weight = maker?.inputs[1] ?? "";
  const value = constants.get(weight);
  const channels = maker?.domain === "" && maker.inputs.length === 2 ? outputAxis[maker.op] : undefined;
  if (!scale || !value || !channels || !isWhole(value)) return undefined;
  const [axis, behind] = channels(value.shape);
  if (!isDType(scale, "float32") || !alongChannels(scale.shape, value.shape[axis] ?? 1, behind)) return undefined;
  return { product, weight, value: multiplied(value, scale.data, axis) };
}

/** The axis of the weight that holds the output's channels, and how many axes the output has behind them. */
const outputAxis: Readonly<Record<string, (weight: StaticShape) => readonly [axis: number, behind: number]>> = {
  MatMul: ({ length }) => [length - 1, 0],
  Conv: ({ length }) => [0, length - 2],
};

const isWhole = (value: Tensor): value is Tensor<"float32"> =>
  isDType(value, "float32") && value.shape.length >= 2 && value.data.every(Number.isInteger);

/** Whether a constant holds one number, or one per channel where `behind` axes follow. */
function alongChannels(shape: StaticShape, channels: number, behind: number): boolean {
  if (sizeOf(shape) === 1) return shape.length <= behind + 2;
  return sizeOf(shape) === channels && shape.at(-1 - behind) === channels;
}

function multiplied({ shape, data }: Tensor<"float32">, scale: Float32Array, axis: number): Tensor {
  const [extent, inner] = [shape[axis] ?? 1, sizeOf(shape.slice(axis + 1))];
  const at = (position: number) => (scale.length === 1 ? 0 : Math.floor(position / inner) % extent);
  return tensor(
    "float32",
    shape,
    data.map((weight, position) => weight * (scale[at(position)] ?? 1)),
  );
}
