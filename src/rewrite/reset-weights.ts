import { type Fans, type Initialization, initialTensor } from "../base/initializations.ts";
import { refuseUnknown } from "../base/options.ts";
import type { Random } from "../base/random.ts";
import { sizeOf } from "../base/shape.ts";
import { floats, type Tensor } from "../base/tensor.ts";
import type { Attributes, Graph, Node } from "../onnx/graph.ts";
import { attributesOf, type InputName, type OpName } from "../onnx/ops.ts";
import { weightNames } from "./trainable.ts";
import { slotOf } from "./weight-slots.ts";

interface ResetWeightsOptions {
  /** Draws the weights: each has a stream of its own, by its name. */
  readonly rng: Random;
}

/** What a tensor starts as: one number throughout, or drawn for the products that it is part of. */
type Start =
  | number
  | { readonly init: Initialization; readonly fans: (weight: Tensor, attributes: Attributes) => Fans };

const extent = ({ shape }: Tensor, axis: number): number => shape.at(axis) ?? 1;

/** A matrix, its inputs along one axis and its outputs along the other. */
const matrix = ({ inputs, outputs }: { readonly inputs: number; readonly outputs: number }): Start => ({
  init: "glorot-uniform",
  fans: (W) => ({ inputs: extent(W, inputs), outputs: extent(W, outputs) }),
});

/** A matrix of Gemm's, which may be stored turned over. */
const gemmMatrix = (transposed: "transA" | "transB", { inputs }: { readonly inputs: 0 | 1 }): Start => ({
  init: "glorot-uniform",
  fans: (W, attributes) => {
    const along = attributesOf("Gemm", attributes)[transposed] === 1 ? 1 - inputs : inputs;
    return { inputs: extent(W, along), outputs: extent(W, 1 - along) };
  },
});

const starts: { readonly [O in OpName]?: { readonly [I in InputName<O>]?: Start } } = {
  Conv: {
    // W [M, C / group, kH, kW]
    W: {
      init: "he-uniform",
      fans: ({ shape: [outputs = 1, ...filter] }) => ({
        inputs: sizeOf(filter),
        outputs: outputs * sizeOf(filter.slice(1)),
      }),
    },
    B: 0,
  },
  ConvTranspose: {
    // W [C, M / group, kH, kW]; of the kernel's places, one in every stride falls on an output
    W: {
      init: "he-uniform",
      fans: ({ shape: [inputs = 1, outputs = 1, ...kernel] }, attributes) => {
        const { group, strides } = attributesOf("ConvTranspose", attributes);
        return {
          inputs: ((inputs / group) * sizeOf(kernel)) / sizeOf(strides ?? []),
          outputs: outputs * sizeOf(kernel),
        };
      },
    },
    B: 0,
  },
  Gemm: { A: gemmMatrix("transA", { inputs: 1 }), B: gemmMatrix("transB", { inputs: 0 }), C: 0 },
  MatMul: { A: matrix({ inputs: -1, outputs: -2 }), B: matrix({ inputs: -2, outputs: -1 }) },
  BatchNormalization: { scale: 1, B: 0, input_mean: 0, input_var: 1 },
  LayerNormalization: { Scale: 1, B: 0 },
  // as PyTorch starts it
  PRelu: { slope: 0.25 },
  InstanceNormalization: { scale: 1, B: 0 },
  GroupNormalization: { scale: 1, bias: 0 },
  Add: { A: 0, B: 0 },
  Mul: { A: 1, B: 1 },
  Concat: { inputs: 0 },
  Expand: { input: 0 },
};

/** Slots that hold what was measured, not learned: they start over too. */
const measured = new Set(["input_mean", "input_var"]);

/**
 * The same network before it was trained: kernels of convolutions are drawn He-uniform, ±√(6 / fan-in), matrices
 * Glorot-uniform, ±√(6 / (fan-in + fan-out)); biases are 0, scales 1, BatchNormalization's statistics mean 0 and
 * variance 1. Constants that are no weights stay. Equal seeds give equal weights.
 *
 * @see He et al., Delving Deep into Rectifiers, 2015 · Glorot and Bengio, Understanding the difficulty of training deep
 *   feedforward neural networks, 2010
 */
export function resetWeights(graph: Graph, { rng, ...rest }: ResetWeightsOptions): Graph {
  refuseUnknown("resetWeights", rest);
  const learned = new Set(weightNames(graph));
  const initializers = new Map(graph.initializers);
  for (const node of graph.nodes) {
    for (const [at, name] of node.inputs.entries()) {
      const slot = slotOf(node, at);
      const old = graph.initializers.get(name);
      if (!old || slot === undefined || !(learned.has(name) || measured.has(slot))) continue;
      initializers.set(name, fresh(old, node, slot, rng.fork("reset", name)));
    }
  }
  return { ...graph, initializers };
}

function fresh(old: Tensor, { op, attributes }: Node, slot: string, rng: Random): Tensor {
  const rows: Readonly<Record<string, Readonly<Record<string, Start>>>> = starts;
  const start = rows[op]?.[slot] ?? 0;
  if (typeof start !== "number") {
    return initialTensor(start.init, old.shape, { fans: start.fans(old, attributes), rng });
  }
  return floats(new Float32Array(sizeOf(old.shape)).fill(start), old.shape);
}
