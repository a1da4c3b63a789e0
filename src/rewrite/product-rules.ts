import type { Tensor } from "../base/tensor.ts";
import type { Graph, Node } from "../onnx/graph.ts";
import { attributesOf } from "../onnx/ops.ts";

export type HeadKind = "Gemm" | "MatMul" | "Conv";

/** A product of features and a constant matrix: what a classifier is made of. */
export interface Product {
  readonly kind: HeadKind;
  /** The tensor that the product reads: [N, F], or [N, F, H, W] for a Conv. */
  readonly features: string;
  /** Name of the constant matrix. */
  readonly weight: string;
  readonly featureSize: number;
  readonly classes: number;
}

interface ProductRule {
  /** [features, classes] of a weight that a classifier may have, else undefined. */
  readonly sizes: (weight: Tensor, node: Node) => readonly [number, number] | undefined;
}

export const productRules: { readonly [K in HeadKind]: ProductRule } = {
  Gemm: {
    sizes: ({ shape: [rows, columns] }, { attributes }) => {
      const { transA, transB } = attributesOf("Gemm", attributes);
      if (rows === undefined || columns === undefined || transA === 1) return undefined;
      return transB === 1 ? [columns, rows] : [rows, columns];
    },
  },
  MatMul: {
    sizes: ({ shape }) => {
      const [features, classes] = shape;
      return shape.length === 2 && features !== undefined && classes !== undefined ? [features, classes] : undefined;
    },
  },
  Conv: {
    sizes: ({ shape: [classes, features, height, width, ...more] }, { attributes }) => {
      const isPointwise = height === 1 && width === 1 && more.length === 0;
      if (!isPointwise || classes === undefined || features === undefined) return undefined;
      return attributesOf("Conv", attributes).group === 1 ? [features, classes] : undefined;
    },
  },
};

const isHeadKind = (op: string): op is HeadKind => Object.hasOwn(productRules, op);

/** The node as a product with a constant matrix, or undefined where it is something else. */
export function productOf(node: Node, { initializers }: Graph): Product | undefined {
  const [features = "", weight = ""] = node.inputs;
  const value = initializers.get(weight);
  if (node.domain !== "" || !isHeadKind(node.op) || !value || initializers.has(features)) return undefined;
  const sizes = productRules[node.op].sizes(value, node);
  return sizes && { kind: node.op, features, weight, featureSize: sizes[0], classes: sizes[1] };
}
