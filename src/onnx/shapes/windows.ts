import type { Dim } from "../../base/shape.ts";
import { unify } from "./broadcast.ts";
import { type Inferred, type Known, like, type PartialShape, shaped } from "./known.ts";
import { demand, type RuleContext, type ShapeRules } from "./rule.ts";
import { addDims, divDims, mulDims, subDims } from "./symbolic.ts";
import { checkBias, checkChannels, checkDilations, checkKernel, checkSpatial } from "./window-checks.ts";

interface WindowAttributes {
  readonly auto_pad: string;
  readonly kernel_shape: readonly number[] | undefined;
  readonly pads: readonly number[] | undefined;
  readonly strides: readonly number[] | undefined;
  readonly dilations: readonly number[] | undefined;
}

/** One spatial axis of a window op. `span` is the extent of the dilated kernel. */
interface Window {
  readonly span: Dim | undefined;
  readonly stride: number;
  readonly before: number;
  readonly after: number;
  readonly same: boolean;
}

/** Convolutions, transposed convolutions and pooling, over any number of spatial axes: X is [N, C, ...spatial]. */
export const windowRules = {
  Conv: ({ X, W, B, attributes }) => {
    checkKernel(X, W, attributes);
    checkChannels(X, W, attributes.group);
    checkBias(B, W.shape?.[0]);
    checkDilations(attributes);
    const windows = windowsOf(X, attributes, W.shape?.slice(2));
    return [slid(X, W.shape?.[0], windows, (extent, window) => floorExtent(extent, window))];
  },
  ConvTranspose: (context) => [convTranspose(context)],
  MaxPool: ({ X, attributes }) => {
    const Y = pooled(X, attributes);
    return [Y, shaped("int64", Y.shape)];
  },
  AveragePool: ({ X, attributes }) => [pooled(X, attributes)],
  GlobalAveragePool: ({ X }) => [globallyPooled(X)],
  GlobalMaxPool: ({ X }) => [globallyPooled(X)],
} satisfies Partial<ShapeRules>;

function pooled(X: Known, attributes: WindowAttributes & { readonly ceil_mode: number }): Inferred {
  demand(attributes.kernel_shape !== undefined, () => "the attribute kernel_shape is missing");
  checkDilations(attributes);
  const windows = windowsOf(X, attributes, attributes.kernel_shape);
  const extentOf = attributes.ceil_mode ? ceilExtent : floorExtent;
  return slid(X, X.shape?.[1], windows, extentOf);
}

function globallyPooled(X: Known): Inferred {
  checkSpatial(X);
  return shaped(
    X.dtype,
    X.shape?.map((dim, axis) => (axis < 2 ? dim : 1)),
  );
}

function slid(
  X: Known,
  channels: Dim | undefined,
  windows: readonly Window[] | undefined,
  extentOf: (extent: Dim, window: Window) => Dim | undefined,
): Inferred {
  if (!X.shape || !windows) return like({ ...X, shape: undefined });
  const spatial = X.shape.slice(2).map((extent, at) => {
    const window = windows[at];
    return window && extentOf(extent, window);
  });
  return shaped(X.dtype, [X.shape[0], channels, ...spatial]);
}

/** floor((extent + pads - span) / stride) + 1; for SAME ceil(extent / stride). */
function floorExtent(extent: Dim, window: Window): Dim | undefined {
  if (window.same) return divDims(addDims(extent, window.stride - 1), window.stride);
  const room = roomIn(extent, window);
  const steps = room === undefined ? undefined : divDims(room, window.stride);
  return steps === undefined ? undefined : addDims(steps, 1);
}

/** As `floorExtent` rounded up, without a last window that would start in the padding behind. */
function ceilExtent(extent: Dim, window: Window): Dim | undefined {
  const { same, stride, before, after, span } = window;
  const room = same ? undefined : roomIn(extent, window);
  if (same || room === undefined) return floorExtent(extent, window);
  const steps = divDims(addDims(room, stride - 1), stride);
  if (typeof steps === "number" && typeof extent === "number") {
    return steps * stride >= extent + before ? steps : steps + 1;
  }
  const neverInPadding = typeof span === "number" && after + stride - 1 < span;
  return neverInPadding && steps !== undefined ? addDims(steps, 1) : undefined;
}

/** How far the window can travel. */
function roomIn(extent: Dim, { span, before, after }: Window): Dim | undefined {
  if (span === undefined) return undefined;
  const room = subDims(addDims(extent, before + after), span);
  demand(typeof room !== "number" || room >= 0, () => `a window of ${span} does not fit into ${extent} + padding`);
  return room;
}

function convTranspose({ X, W, B, attributes }: RuleContext<"ConvTranspose">): Inferred {
  const { group, output_padding, output_shape } = attributes;
  checkKernel(X, W, attributes);
  if (X.shape && W.shape) unify(X.shape[1], W.shape[0], () => "channels of X and W differ");
  const perGroup = W.shape?.[1];
  const channels = perGroup === undefined ? undefined : mulDims(perGroup, group);
  checkBias(B, channels);
  const windows = windowsOf(X, attributes, W.shape?.slice(2));
  const made = windows?.map((window, at) => ({ window, extra: output_padding?.[at] ?? 0, wanted: output_shape?.[at] }));
  if (!X.shape || !made) return shaped(X.dtype, undefined);
  const spatial = X.shape.slice(2).map((extent, at) => {
    const axis = made[at];
    return axis && (axis.wanted ?? spread(extent, axis.window, axis.extra));
  });
  return shaped(X.dtype, [X.shape[0], channels, ...spatial]);
}

/** stride · (extent - 1) + output_padding + span - pads; for SAME stride · extent. */
function spread(extent: Dim, { span, stride, before, after, same }: Window, extra: number): Dim | undefined {
  if (same) return mulDims(extent, stride);
  if (span === undefined) return undefined;
  return addDims(addDims(mulDims(subDims(extent, 1), stride), span), extra - before - after);
}

function windowsOf(X: Known, attributes: WindowAttributes, kernel: PartialShape | undefined): Window[] | undefined {
  checkSpatial(X);
  if (!X.shape) return undefined;
  const rank = X.shape.length - 2;
  const { auto_pad, strides, dilations, kernel_shape } = attributes;
  const pads = auto_pad === "NOTSET" || auto_pad === "" ? attributes.pads : undefined;
  for (const [name, length] of [
    ["kernel_shape", rank],
    ["strides", rank],
    ["dilations", rank],
    ["pads", 2 * rank],
  ] as const) {
    const given = attributes[name];
    demand(!given || given.length === length, () => `${name} has ${given?.length} numbers, not ${length}`);
  }
  demand(
    [...(strides ?? []), ...(dilations ?? [])].every((x) => x > 0),
    () => "strides and dilations must be positive",
  );
  return Array.from({ length: rank }, (_, at) => {
    const size = kernel_shape?.[at] ?? kernel?.[at];
    demand(typeof size !== "number" || size > 0, () => `a kernel of extent ${size}`);
    return {
      span: size === undefined ? undefined : addDims(mulDims(subDims(size, 1), dilations?.[at] ?? 1), 1),
      stride: strides?.[at] ?? 1,
      before: pads?.[at] ?? 0,
      after: pads?.[at + rank] ?? 0,
      same: auto_pad === "SAME_UPPER" || auto_pad === "SAME_LOWER",
    };
  });
}
