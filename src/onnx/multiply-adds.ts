import { isStatic, type StaticShape, sizeOf } from "../base/shape.ts";
import { type Extents, withExtents } from "./extents.ts";
import type { Graph, Node } from "./graph.ts";
import { attributesOf, type OpName } from "./ops.ts";
import { einsumTerms } from "./shapes/einsum.ts";
import { inferShapes } from "./shapes/infer.ts";

/** Floating-point operations of one multiply-add. */
export const flopPerMultiplyAdd = 2;

/** A node whose tensors have shapes of numbers. */
interface Sized {
  readonly node: Node;
  readonly inputs: readonly StaticShape[];
  readonly output: StaticShape;
}

interface Product {
  /** How many of the inputs, from the first, are multiplied with each other; a bias is only added. */
  readonly factors: number;
  readonly multiplyAdds: (sized: Sized) => number;
}

/**
 * The ops that sum products, and their multiply-adds: the mathematics of the node, zeros of the padding counted in, biases
 * not. All other ops count as nothing, as is the custom (ResNet-18 at 224 × 224: 1.81·10⁹ a picture).
 */
const products = {
  // each element of Y sums over the inputs of its group and the kernel
  Conv: { factors: 2, multiplyAdds: ({ inputs: [, W = []], output }) => sizeOf(output) * sizeOf(W.slice(1)) },
  // each element of X is spread over the outputs of its group and the kernel
  ConvTranspose: { factors: 2, multiplyAdds: ({ inputs: [X = [], W = []] }) => sizeOf(X) * sizeOf(W.slice(1)) },
  Gemm: { factors: 2, multiplyAdds: ({ inputs: [A = []], output }) => sizeOf(A) * (output[1] ?? 1) },
  MatMul: { factors: 2, multiplyAdds: ({ inputs: [A = []], output }) => sizeOf(output) * (A.at(-1) ?? 1) },
  Einsum: {
    factors: Number.POSITIVE_INFINITY,
    multiplyAdds: ({ node, inputs }) => einsum(attributesOf("Einsum", node.attributes).equation ?? "", inputs),
  },
} as const satisfies { readonly [O in OpName]?: Product };

const rows: Readonly<Record<string, Product>> = products;

const productOf = ({ op, domain }: Node): Product | undefined =>
  domain === "" && isProductOp(op) ? rows[op] : undefined;

/** Whether nodes of this op of ONNX's sum products. */
export const isProductOp = (op: string): boolean => Object.hasOwn(rows, op);

/** Whether a node sums products. */
export const isProduct = (node: Node): boolean => productOf(node) !== undefined;

/** Whether input number `at` is multiplied with others in a node that sums products. */
export const isFactor = (node: Node, at: number): boolean => at < (productOf(node)?.factors ?? 0);

/** One multiply-add less than operands, for each point of all axes together. */
function einsum(equation: string, inputs: readonly StaticShape[]): number {
  const ranks = inputs.map((shape) => shape.length);
  const { operands } = einsumTerms(equation, ranks);
  const extents = new Map<string, number>();
  for (const [at, labels] of operands.entries()) {
    for (const [axis, label] of labels.entries()) {
      extents.set(label, Math.max(extents.get(label) ?? 1, inputs[at]?.[axis] ?? 1));
    }
  }
  return sizeOf([...extents.values()]) * (inputs.length - 1);
}

/**
 * Multiply-adds of each node of a graph that sums products. A node with an extent that is not known is left out.
 *
 * @throws {GraphError} as `inferShapes`
 */
export function multiplyAddsOf(graph: Graph, { extents }: { readonly extents: Extents }): ReadonlyMap<Node, number> {
  const known = inferShapes(withExtents(graph, extents));
  const shapeOf = (name: string) => known.get(name)?.shape ?? [name];
  const counted = graph.nodes.flatMap((node) => {
    const product = productOf(node);
    if (!product) return [];
    const inputs = node.inputs.filter((name) => name !== "").map(shapeOf);
    const output = shapeOf(node.outputs[0] ?? "");
    if (!inputs.every(isStatic) || !isStatic(output)) return [];
    return [[node, product.multiplyAdds({ node, inputs, output })] as const];
  });
  return new Map(counted);
}
