import { refuseUnknown } from "../base/options.ts";
import type { Random } from "../base/random.ts";
import { sizeOf } from "../base/shape.ts";
import { floats, type Tensor } from "../base/tensor.ts";
import type { Graph, Node } from "../onnx/graph.ts";
import { attributesOf, type InputName, type OpName } from "../onnx/ops.ts";
import { weightNames } from "./trainable.ts";
import { slotOf } from "./weight-slots.ts";

interface ResetWeightsOptions {
  /** Draws the weights: each has a stream of its own, by its name. */
  readonly rng: Random;
}

/** What a tensor starts as: one number throughout, or He-uniform for its fan-in, the products that each output sums. */
type Start = number | { readonly fanIn: (weight: Tensor, node: Node) => number };

const extent = ({ shape }: Tensor, axis: number): number => shape.at(axis) ?? 1;

const starts: { readonly [O in OpName]?: { readonly [I in InputName<O>]?: Start } } = {
  // W [M, C / group, kH, kW]
  Conv: { W: { fanIn: ({ shape }) => sizeOf(shape.slice(1)) }, B: 0 },
  // W [C, M / group, kH, kW]; of the kernel's places, one in every stride falls on an output
  ConvTranspose: {
    W: {
      fanIn: ({ shape: [inputs = 1, , ...kernel] }, { attributes }) => {
        const { group, strides } = attributesOf("ConvTranspose", attributes);
        return ((inputs / group) * sizeOf(kernel)) / sizeOf(strides ?? []);
      },
    },
    B: 0,
  },
  Gemm: {
    A: { fanIn: (A, { attributes }) => extent(A, attributesOf("Gemm", attributes).transA === 1 ? 0 : 1) },
    B: { fanIn: (B, { attributes }) => extent(B, attributesOf("Gemm", attributes).transB === 1 ? 1 : 0) },
    C: 0,
  },
  MatMul: { A: { fanIn: (A) => extent(A, -1) }, B: { fanIn: (B) => extent(B, Math.max(-2, -B.shape.length)) } },
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
 * The same network before it was trained: products get He-uniform weights, uniform in ±√(6 / fan-in), biases 0, scales
 * 1, BatchNormalization's statistics mean 0 and variance 1. Constants that are no weights stay. Equal seeds give equal
 * weights.
 *
 * @see He et al., Delving Deep into Rectifiers, 2015
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

function fresh(old: Tensor, node: Node, slot: string, rng: Random): Tensor {
  const rows: Readonly<Record<string, Readonly<Record<string, Start>>>> = starts;
  const start = rows[node.op]?.[slot] ?? 0;
  if (typeof start === "number") return floats(new Float32Array(sizeOf(old.shape)).fill(start), old.shape);
  const bound = Math.sqrt(6 / start.fanIn(old, node));
  return floats(
    Float32Array.from({ length: sizeOf(old.shape) }, () => rng.uniform(-bound, bound)),
    old.shape,
  );
}
