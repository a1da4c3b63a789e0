import { sizeOf } from "../../base/shape.ts";
import { floats, type Tensor } from "../../base/tensor.ts";
import type { GraphBuilder, Value } from "../../onnx/builder.ts";
import { expandLike, range, reshapeLike, scalar, sizeToMake, spatialExtents, zerosLike } from "../extents.ts";
import { NoGradient } from "../no-gradient.ts";
import type { GradientContext, GradientRules } from "../rule.ts";
import { type Axis, axesOfWindow, transposedWindow } from "./window.ts";

export const poolingRules = {
  // Only a MaxPool that is asked for Indices says where its maxima were, and onnxruntime fuses only one that is not.
  // So the forward pass keeps its own, and this one is added.
  MaxPool: {
    X: ({ g, node, X, dY, attributes }) => {
      if (attributes.storage_order) throw new NoGradient(node, "storage_order 1 is not handled");
      const [, indices = X] = g.outputs("MaxPool", [X], attributes, 2);
      return scatterToMaxima(g, X, indices, dY);
    },
  },
  AveragePool: { X: averagePoolGradient },
  // Y = mean over space
  GlobalAveragePool: {
    X: ({ g, X, dY }) => expandLike(g, g.Mul(dY, scalar(g, dY, 1 / sizeOf(spatialExtents(X)))), X),
  },
  // the first of equal maxima, as in a MaxPool over the whole picture
  GlobalMaxPool: {
    X: ({ g, X, dY }) => {
      const [, indices = X] = g.outputs("MaxPool", [X], { kernel_shape: spatialExtents(X) }, 2);
      return scatterToMaxima(g, X, indices, dY);
    },
  },
} satisfies Partial<GradientRules>;

/** Adds each dY to the place in X, counted over the whole tensor, that its maximum came from. Windows may overlap. */
function scatterToMaxima(g: GraphBuilder, X: Value, indices: Value, dY: Value): Value {
  const flat = (value: Value) => g.Reshape(value, g.ints([-1]));
  const scattered = g.ScatterElements(flat(zerosLike(g, X)), flat(indices), flat(dY), { axis: 0, reduction: "add" });
  return reshapeLike(g, scattered, X);
}

/** Each input gets its share of every window that it is in: a transposed convolution of dY/count with a kernel of ones. */
function averagePoolGradient({ g, X, Y, dY, attributes }: GradientContext<"AveragePool">): Value {
  const kernel = attributes.kernel_shape ?? [];
  const axes = axesOfWindow(attributes, X, Y, kernel);
  const shares = g.Mul(dY, g.constant(reciprocalCounts(axes, attributes)));
  const planes = g.Reshape(shares, g.ints([-1, 1, ...axes.map(({ output }) => output)]));
  const ones = g.constant(floats(new Float32Array(sizeToMake(kernel)).fill(1), [1, 1, ...kernel]));
  return reshapeLike(g, g.ConvTranspose(planes, ones, undefined, transposedWindow(axes)), X);
}

/** 1 / the number of elements that each window averages over, [1, 1, ...output]. */
function reciprocalCounts(axes: readonly Axis[], attributes: GradientContext<"AveragePool">["attributes"]): Tensor {
  sizeToMake(axes.map(({ output }) => output));
  const perAxis = axes.map((axis, at) => {
    const behind = attributes.pads?.[at + axes.length] ?? Math.max(axis.after, 0);
    return range(axis.output).map((o) => elementsInWindow(axis, o, attributes.count_include_pad ? behind : undefined));
  });
  const counts = perAxis.reduce((all, axis) => all.flatMap((count) => axis.map((n) => count * n)), [1]);
  return floats(
    counts.map((count) => 1 / count),
    [1, 1, ...axes.map(({ output }) => output)],
  );
}

/** @param behind padding behind that counts, or undefined where no padding counts */
function elementsInWindow(
  { input, kernel, stride, dilation, before }: Axis,
  o: number,
  behind: number | undefined,
): number {
  const [first, end] = behind === undefined ? [0, input] : [-before, input + behind];
  return range(kernel).filter((k) => {
    const at = o * stride + k * dilation - before;
    return at >= first && at < end;
  }).length;
}
