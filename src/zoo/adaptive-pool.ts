import { GraphError } from "../base/errors.ts";
import { formatShape } from "../base/shape.ts";
import type { GraphBuilder, Value } from "../onnx/builder.ts";

/**
 * Averages a map [N, C, H, W] to [N, C, size, size], whatever H and W are: place i is the mean over ⌊i·H/size⌋ up to
 * ⌈(i+1)·H/size⌉. Smaller maps grow: their places are repeated.
 *
 * @throws {GraphError} "bad-shape" where H or W is not known
 * @see torch.nn.AdaptiveAvgPool2d
 */
export function adaptiveAveragePool(g: GraphBuilder, X: Value, { size }: { readonly size: number }): Value {
  const [height, width] = [extentOf(X, 2), extentOf(X, 3)];
  if (height === size && width === size) return X;
  if (height % size === 0 && width % size === 0) {
    const window = [height / size, width / size];
    return g.AveragePool(X, { kernel_shape: window, strides: window });
  }
  return averaged(g, averaged(g, X, { axis: 2, extent: height, size }), { axis: 3, extent: width, size });
}

interface Averaged {
  readonly axis: number;
  readonly extent: number;
  readonly size: number;
}

/** The means along one axis, one by one. */
function averaged(g: GraphBuilder, X: Value, { axis, extent, size }: Averaged): Value {
  if (extent === size) return X;
  const means = Array.from({ length: size }, (_, at) => {
    const [from, to] = [Math.floor((at * extent) / size), Math.ceil(((at + 1) * extent) / size)];
    const part = g.Slice(X, g.ints([from]), g.ints([to]), g.ints([axis]));
    return to - from === 1 ? part : g.ReduceMean(part, g.ints([axis]));
  });
  return g.Concat(...means, { axis });
}

function extentOf({ name, shape }: Value, axis: number): number {
  const extent = shape?.[axis];
  if (typeof extent === "number") return extent;
  throw new GraphError("bad-shape", `Axis ${axis} of "${name}" is not known: ${formatShape(shape)}.`);
}
