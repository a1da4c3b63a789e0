import { GraphError } from "../base/errors.ts";
import { formatShape, isStatic, type StaticShape, sizeOf } from "../base/shape.ts";
import type { GraphBuilder, Value } from "../onnx/builder.ts";

/**
 * A tensor of Keras' network as the ONNX graph has it. Maps are [N, C, H, W] there and [H, W, C] in Keras; all other tensors
 * have Keras' order.
 */
export interface Kept {
  readonly value: Value;
  /** Keras' shape without the batch. */
  readonly shape: StaticShape;
  /** What is not done to `value` yet, because the next layer may do it for nothing. */
  readonly held?:
    | { readonly kind: "padding"; readonly pads: Pads }
    /** `value` is [N, C·H·W], Keras' tensor [N, H·W·C]. */
    | { readonly kind: "flattening"; readonly map: StaticShape };
}

/** In pixels, as ONNX has them: top, left, bottom, right. */
export type Pads = readonly [number, number, number, number];

export const isMap = ({ shape }: Kept): boolean => shape.length === 3;

/** A tensor with nothing held back, its shape as inferred. @throws {GraphError} "bad-shape" where that is not known */
export function kept(value: Value): Kept {
  const own = value.shape?.slice(1);
  if (!own || !isStatic(own)) {
    throw new GraphError("bad-shape", `The shape of "${value.name}" is not known: ${formatShape(value.shape)}.`);
  }
  const [channels = 0, ...extents] = own;
  return { value, shape: own.length === 3 ? [...extents, channels] : own };
}

/** The same tensor with everything done that was held back. */
export function settled(g: GraphBuilder, tensor: Kept): Kept {
  if (tensor.held?.kind === "padding") {
    const [top, left, bottom, right] = tensor.held.pads;
    return kept(g.Pad(tensor.value, g.ints([0, 0, top, left, 0, 0, bottom, right])));
  }
  if (tensor.held?.kind === "flattening") {
    const [height = 1, width = 1, channels = 1] = tensor.held.map;
    const map = g.Reshape(tensor.value, g.ints([0, channels, height, width]));
    return kept(g.Flatten(channelsLast(g, map)));
  }
  return tensor;
}

/** Applies what changes each number by itself; a flattening stays held back. */
export function elementwise(g: GraphBuilder, tensor: Kept, apply: (X: Value) => Value): Kept {
  const given = tensor.held?.kind === "padding" ? settled(g, tensor) : tensor;
  return { ...given, value: apply(given.value) };
}

/** A map held back as a row of numbers; Keras' order and ours are the same for maps of one pixel. */
export function flattened(g: GraphBuilder, tensor: Kept): Kept {
  const { value, shape } = settled(g, tensor);
  const [height, width] = shape;
  const flat = { value: g.Flatten(value), shape: [sizeOf(shape)] };
  return shape.length === 3 && !(height === 1 && width === 1)
    ? { ...flat, held: { kind: "flattening", map: shape } }
    : flat;
}

/** The tensor with another shape, its numbers in Keras' order. */
export function reshaped(g: GraphBuilder, tensor: Kept, shape: StaticShape): Kept {
  const from = settled(g, tensor);
  const X = isMap(from) && !isPoint(from.shape) ? channelsLast(g, from.value) : from.value;
  if (shape.length !== 3) return kept(g.Reshape(X, g.ints([0, ...shape])));
  const [height = 1, width = 1, channels = 1] = shape;
  if (isPoint(shape)) return kept(g.Reshape(X, g.ints([0, channels, 1, 1])));
  return kept(g.Transpose(g.Reshape(X, g.ints([0, height, width, channels])), { perm: [0, 3, 1, 2] }));
}

const isPoint = ([height, width]: StaticShape): boolean => height === 1 && width === 1;

const channelsLast = (g: GraphBuilder, X: Value): Value => g.Transpose(X, { perm: [0, 2, 3, 1] });
