import { z } from "zod";
import { ModelError } from "../base/errors.ts";
import { sizeOf } from "../base/shape.ts";
import type { Tensor } from "../base/tensor.ts";
import type { Value } from "../onnx/builder.ts";
import { activated } from "./activations.ts";
import { isMap, type Kept, kept, settled } from "./kept.ts";
import { type LayerSite, type Part, requireShape, row } from "./layer-site.ts";
import { addPads, padsOf, type Window } from "./padding.ts";
import { permuted } from "./permuted.ts";
import { dataFormat, isOne, paddingOf, pair, requireChannelsLast } from "./schemas.ts";

const windowed = z.object({
  kernel_size: pair,
  strides: pair.default([1, 1]),
  padding: z.string().default("valid"),
  data_format: dataFormat,
  dilation_rate: pair.default([1, 1]),
  activation: z.unknown().optional(),
  use_bias: z.boolean().default(true),
});

type Windowed = z.output<typeof windowed>;

const convolution = windowed.extend({ filters: z.number().int().optional(), groups: z.number().int().default(1) });
const depthwise = windowed.extend({ depth_multiplier: z.number().int().default(1) });
const separable = depthwise.extend({ filters: z.number().int().optional() });
const dense = z.object({
  units: z.number().int().optional(),
  activation: z.unknown().optional(),
  use_bias: z.boolean().default(true),
});

/** Layers with kernels. Keras has them as [h, w, in, out], ONNX as [out, in, h, w]. */
export const convolutionRows = {
  Conv2D: row(convolution, (site, config) => {
    const input = mapOf(site);
    const take = site.weights(["kernel", ...biasPart(config)]);
    const kernel = take("kernel");
    const [filters = 0, inputs = 0] = [kernel.shape[3], input.shape[2]];
    requireShape(site, "kernel", kernel, [...config.kernel_size, inputs / config.groups, config.filters ?? filters]);
    const W = site.weight("weight", () => permuted(kernel, [3, 2, 0, 1]));
    const Y = convolved(site, input, { weights: [W, ...biasOf(site, config, take)], config, group: config.groups });
    return activated(site, Y, config.activation);
  }),

  DepthwiseConv2D: row(depthwise, (site, config) => {
    const input = mapOf(site);
    const take = site.weights(["depthwise_kernel", ...biasPart(config)]);
    const W = site.weight("weight", () => ofEachChannel(site, take("depthwise_kernel"), config, input));
    const Y = convolved(site, input, {
      weights: [W, ...biasOf(site, config, take)],
      config,
      group: input.shape[2] ?? 1,
    });
    return activated(site, Y, config.activation);
  }),

  SeparableConv2D: row(separable, (site, config) => {
    const { g } = site;
    const input = mapOf(site);
    const take = site.weights(["depthwise_kernel", "pointwise_kernel", ...biasPart(config)]);
    const W = site.weight("depthwise.weight", () => ofEachChannel(site, take("depthwise_kernel"), config, input));
    const { pads, source, attributes } = windowOf(site, input, config);
    const middle = kept(g.Conv(source, W, { ...attributes, pads, group: input.shape[2] ?? 1 }));
    const pointwise = take("pointwise_kernel");
    requireShape(site, "pointwise_kernel", pointwise, [
      1,
      1,
      middle.shape[2] ?? 0,
      config.filters ?? pointwise.shape[3] ?? 0,
    ]);
    const P = site.weight("weight", () => permuted(pointwise, [3, 2, 0, 1]));
    const Y = kept(site.place("Conv", [middle.value, P, ...biasOf(site, config, take)], { kernel_shape: [1, 1] }));
    return activated(site, Y, config.activation);
  }),

  Dense: row(dense, (site, config) => {
    const { input } = site;
    const take = site.weights(["kernel", ...biasPart(config)]);
    const kernel = take("kernel");
    const [inputs = 0] = input.shape.slice(-1);
    requireShape(site, "kernel", kernel, [inputs, config.units ?? kernel.shape[1] ?? 0]);
    const Y = product(site, kernel, () => biasOf(site, config, take));
    return activated(site, Y, config.activation);
  }),
} as const;

/** y = x·W + b over Keras' last axis. */
function product(site: LayerSite, kernel: Tensor<"float32">, bias: () => readonly Value[]): Kept {
  const { g, input } = site;
  const [inputs = 0, units = 0] = kernel.shape;
  if (isMap(input)) {
    const W = site.weight("weight", () => permuted(kernel, [3, 2, 0, 1], { as: [1, 1, inputs, units] }));
    return kept(site.place("Conv", [settled(g, input).value, W, ...bias()], { kernel_shape: [1, 1] }));
  }
  if (input.shape.length === 1) {
    // A map that was made a row is one of [C, H, W] here: the weight's rows get that order instead.
    const map = input.held?.kind === "flattening" ? input.held.map : undefined;
    const W = site.weight("weight", () =>
      map
        ? { ...permuted(kernel, [3, 2, 0, 1], { as: [...map, units] }), shape: [units, inputs] }
        : permuted(kernel, [1, 0]),
    );
    return kept(site.place("Gemm", [input.value, W, ...bias()], { transB: 1 }));
  }
  const Y = site.place("MatMul", [settled(g, input).value, site.weight("weight", () => kernel)], {});
  return kept(bias().reduce((sum, B) => g.Add(sum, B), Y));
}

/** @throws {ModelError} "unsupported-layer" where the input is no map of channels */
export function mapOf(site: LayerSite): Kept {
  if (isMap(site.input)) return site.input;
  throw site.unsupported(`an input of shape [${site.input.shape.join(", ")}]`);
}

interface Convolution {
  readonly weights: readonly Value[];
  readonly config: Windowed;
  readonly group: number;
}

function convolved(site: LayerSite, input: Kept, { weights, config, group }: Convolution): Kept {
  const { pads, source, attributes } = windowOf(site, input, config);
  return kept(site.place("Conv", [source, ...weights], { ...attributes, pads, group }));
}

/** A padding that was held back becomes the convolution's own. */
function windowOf(site: LayerSite, input: Kept, config: Windowed) {
  requireChannelsLast(site, config.data_format);
  if (!isOne(config.strides) && !isOne(config.dilation_rate))
    throw site.unsupported("both strides and a dilation_rate");
  const window: Window = {
    size: config.kernel_size,
    strides: config.strides,
    dilations: config.dilation_rate,
    padding: paddingOf(site, config.padding),
  };
  const own = padsOf(window, input.shape);
  const pads = input.held?.kind === "padding" ? addPads(input.held.pads, own) : own;
  const attributes = { kernel_shape: window.size, strides: window.strides, dilations: window.dilations };
  return { pads, source: input.value, attributes };
}

/** [h, w, C, m] as the kernels of C groups, [C·m, 1, h, w]. */
function ofEachChannel(
  site: LayerSite,
  kernel: Tensor<"float32">,
  { kernel_size: size, depth_multiplier: multiplier }: z.output<typeof depthwise>,
  { shape: [, , channels = 0] }: Kept,
): Tensor<"float32"> {
  requireShape(site, "depthwise_kernel", kernel, [...size, channels, multiplier]);
  const turned = permuted(kernel, [2, 3, 0, 1]);
  return { ...turned, shape: [channels * multiplier, 1, ...size] };
}

const biasPart = ({ use_bias }: { readonly use_bias: boolean }): readonly Part[] => (use_bias ? ["bias"] : []);

function biasOf(
  site: LayerSite,
  { use_bias }: { readonly use_bias: boolean },
  take: (part: Part) => Tensor<"float32">,
): readonly Value[] {
  return use_bias ? [site.weight("bias", () => vector(site, take("bias")))] : [];
}

function vector(site: LayerSite, bias: Tensor<"float32">): Tensor<"float32"> {
  if (bias.shape.length === 1) return bias;
  throw new ModelError(
    "bad-weights",
    `The bias of "${site.name}" should be one row, not ${sizeOf(bias.shape)} numbers in ${bias.shape.length} axes.`,
  );
}
