import { GraphError } from "../base/errors.ts";
import type { Fans } from "../base/initializations.ts";
import { formatShape, type StaticShape, sameShape, sizeOf } from "../base/shape.ts";
import { type GraphBuilder, tagged, type Value } from "../onnx/builder.ts";
import type { AttributeOptions, OpName } from "../onnx/ops.ts";
import type { LayerParts, Role, WeightSource } from "./weight-source.ts";

export interface ConvOptions {
  readonly filters: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly groups?: number;
  readonly bias?: boolean;
}

/**
 * Layers as PyTorch's modules: each takes the path of its module, which names its node, what it gives, and its weights.
 * Convolutions are padded by (kernel − 1) / 2 on every side.
 */
export interface Layers {
  readonly g: GraphBuilder;
  conv(path: string, X: Value, options: ConvOptions): Value;
  batchNorm(path: string, X: Value): Value;
  /** y = x·Wᵀ + b for X [N, inputs], W [units, inputs]. */
  linear(path: string, X: Value, options: { readonly units: number; readonly output?: string }): Value;
  /** Puts the name of a stage, and a slash, in front of the names of the nodes that `emit` makes; tensors keep theirs. */
  within<T>(stage: string, emit: () => T): T;
}

/** @throws {GraphError} "bad-shape" where `weights` gives a tensor of another shape or type than asked for */
export function layersOn(g: GraphBuilder, weights: WeightSource): Layers {
  let scope = "";
  const place = placerOn(g, () => scope);
  const weight = (path: string, shape: StaticShape, role: Role): Value => {
    const name = `${path}.${role.part}`;
    const value = weights(name, shape, role);
    if (value.dtype === "float32" && sameShape(value.shape, shape)) return g.initializer(name, value);
    throw new GraphError(
      "bad-shape",
      `The weight "${name}" must be float32 ${formatShape(shape)}, not ${value.dtype} ${formatShape(value.shape)}.`,
    );
  };

  return {
    g,
    conv(path, X, { filters, kernel, stride = 1, groups = 1, bias = false }) {
      const shape = [filters, channelsOf(X) / groups, kernel, kernel];
      const fans = { inputs: sizeOf(shape.slice(1)), outputs: filters * kernel * kernel };
      const W = weight(path, shape, { layer: "Conv", part: "weight", fans });
      const B = bias ? [weight(path, [filters], { layer: "Conv", part: "bias", fans })] : [];
      return place("Conv", path, [X, W, ...B], {
        kernel_shape: square(kernel),
        strides: square(stride),
        pads: border((kernel - 1) / 2),
        group: groups,
      });
    },
    batchNorm(path, X) {
      const fans: Fans = { inputs: 1, outputs: 1 };
      const parts: readonly LayerParts["BatchNormalization"][] = ["weight", "bias", "running_mean", "running_var"];
      const inputs = parts.map((part) => weight(path, [channelsOf(X)], { layer: "BatchNormalization", part, fans }));
      return place("BatchNormalization", path, [X, ...inputs], { epsilon: 1e-5 });
    },
    linear(path, X, { units, output }) {
      const fans = { inputs: channelsOf(X), outputs: units };
      const W = weight(path, [units, fans.inputs], { layer: "Gemm", part: "weight", fans });
      const B = weight(path, [units], { layer: "Gemm", part: "bias", fans });
      return place("Gemm", path, [X, W, B], { transB: 1 }, output);
    },
    within(stage, emit) {
      const outer = scope;
      scope = `${outer}${stage}/`;
      try {
        return g.within(stage, emit);
      } finally {
        scope = outer;
      }
    },
  };
}

/** Adds a node of this name, in the scope; its output has the name alone unless told otherwise. */
const placerOn =
  (g: GraphBuilder, scope: () => string) =>
  <O extends OpName>(op: O, name: string, inputs: readonly Value[], options: AttributeOptions<O>, output = name) => {
    const names = inputs.map((value) => value.name);
    const [made] = g.copy({
      name: `${scope()}${name}`,
      op,
      domain: "",
      inputs: names,
      outputs: [output],
      attributes: tagged(op, options),
    });
    return made as Value;
  };

export const square = (extent: number): readonly number[] => [extent, extent];

export const border = (width: number): readonly number[] => [width, width, width, width];

/** The second extent: channels of [N, C, H, W], features of [N, F]. */
export function channelsOf({ name, shape }: Value): number {
  const extent = shape?.[1];
  if (typeof extent === "number") return extent;
  throw new GraphError("bad-shape", `The number of channels of "${name}" is not known: ${formatShape(shape)}.`);
}
