import type { Tensor } from "../base/tensor.ts";
import type { GraphBuilder, Value } from "../onnx/builder.ts";
import type { Node } from "../onnx/graph.ts";
import { attributesOf } from "../onnx/ops.ts";

export type LoraOp = "Gemm" | "MatMul" | "Conv";

/** The frozen matrix of a product y = factor · W·x: how large it is, and how its numbers lie. */
export interface LoraMatrix {
  readonly inputs: number;
  readonly outputs: number;
  /** Stored as [inputs, outputs], not [outputs, inputs]. */
  readonly transposed: boolean;
  readonly factor: number;
}

interface BranchContext {
  readonly g: GraphBuilder;
  /** The product that is adapted. */
  readonly node: LoraNode;
  readonly x: Value;
  /** [rank, inputs, ...ones], a one for each axis of space. */
  readonly A: Value;
  /** [outputs, rank, ...ones] */
  readonly B: Value;
  readonly scale: number;
}

interface LoraRule {
  /** The matrix, or what about the layer an adapter cannot follow. */
  readonly matrix: (weight: Tensor, node: LoraNode) => LoraMatrix | string;
  /** scale · B(A x), shaped as the product's output. */
  readonly branch: (context: BranchContext) => Value;
}

/** Products that take an adapter; the weight is input number 1 of each. */
export const loraRules: { readonly [O in LoraOp]: LoraRule } = {
  Gemm: {
    matrix: ({ shape: [rows = 0, columns = 0] }, { attributes }) => {
      const { transB, alpha } = attributesOf("Gemm", attributes);
      if (alpha === 0) return "its alpha is 0";
      const transposed = transB !== 1;
      const [outputs, inputs] = transposed ? [columns, rows] : [rows, columns];
      return { inputs, outputs, transposed, factor: alpha };
    },
    branch: ({ g, node, x, A, B, scale }) => {
      const { transA } = attributesOf("Gemm", node.attributes);
      return g.Gemm(g.Gemm(x, A, { transA, transB: 1 }), B, { transB: 1, alpha: scale });
    },
  },
  MatMul: {
    matrix: ({ shape }) => {
      const [inputs = 0, outputs = 0] = shape;
      return shape.length === 2
        ? { inputs, outputs, transposed: true, factor: 1 }
        : `its weight has ${shape.length} axes, not 2`;
    },
    branch: ({ g, x, A, B, scale }) => g.MatMul(scaled(g, g.MatMul(x, flipped(g, A)), scale), flipped(g, B)),
  },
  Conv: {
    matrix: ({ shape: [outputs = 0, inputs = 0, ...kernel] }, { attributes }) => {
      const { group } = attributesOf("Conv", attributes);
      if (group !== 1) return `it is a convolution in ${group} groups`;
      if (kernel.some((extent) => extent !== 1)) return `its kernel is ${kernel.join(" x ")}, not 1 x 1`;
      return { inputs, outputs, transposed: false, factor: 1 };
    },
    // A takes the places that W takes: same strides, same pads. B sees each of them alone.
    branch: ({ g, node, x, A, B, scale }) => {
      const { strides, pads, auto_pad, dilations } = attributesOf("Conv", node.attributes);
      return g.Conv(scaled(g, g.Conv(x, A, { strides, pads, auto_pad, dilations }), scale), B);
    },
  },
};

const flipped = (g: GraphBuilder, matrix: Value): Value => g.Transpose(matrix, { perm: [1, 0] });

/** Scaled in the middle, where there are only `rank` numbers. */
const scaled = (g: GraphBuilder, hidden: Value, scale: number): Value =>
  scale === 1 ? hidden : g.Mul(hidden, g.float(scale));

/** A node whose op takes adapters. */
export type LoraNode = Node & { readonly op: LoraOp };

export const isLoraNode = (node: Node): node is LoraNode => node.domain === "" && Object.hasOwn(loraRules, node.op);
