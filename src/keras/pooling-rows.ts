import { z } from "zod";
import type { Value } from "../onnx/builder.ts";
import { mapOf } from "./convolution-rows.ts";
import { type Kept, kept, settled } from "./kept.ts";
import { type LayerSite, row } from "./layer-site.ts";
import { padsOf } from "./padding.ts";
import { dataFormat, paddingOf, pair, requireChannelsLast } from "./schemas.ts";

const pooling = z.object({
  pool_size: pair.default([2, 2]),
  strides: pair.nullish(),
  padding: z.string().default("valid"),
  data_format: dataFormat,
});

const globalPooling = z.object({ data_format: dataFormat, keepdims: z.boolean().nullish() });

export const poolingRows = {
  MaxPooling2D: row(pooling, (site, config) => {
    const { X, attributes } = windowOf(site, config);
    return kept(site.place("MaxPool", [X], attributes));
  }),
  // TensorFlow's mean leaves out what "same" padding adds.
  AveragePooling2D: row(pooling, (site, config) => {
    const { X, attributes } = windowOf(site, config);
    return kept(site.place("AveragePool", [X], { ...attributes, count_include_pad: 0 }));
  }),
  GlobalAveragePooling2D: row(globalPooling, (site, config) =>
    pooled(site, config, (X) => site.place("GlobalAveragePool", [X], {})),
  ),
  GlobalMaxPooling2D: row(globalPooling, (site, config) =>
    pooled(site, config, (X) => site.place("GlobalMaxPool", [X], {})),
  ),
} as const;

function windowOf(site: LayerSite, config: z.output<typeof pooling>) {
  requireChannelsLast(site, config.data_format);
  const { value, shape } = settled(site.g, mapOf(site));
  const { pool_size: size } = config;
  const strides = config.strides ?? size;
  const pads = padsOf({ size, strides, dilations: [1, 1], padding: paddingOf(site, config.padding) }, shape);
  return { X: value, attributes: { kernel_shape: size, strides, pads } };
}

function pooled(site: LayerSite, config: z.output<typeof globalPooling>, apply: (X: Value) => Value): Kept {
  requireChannelsLast(site, config.data_format);
  const Y = apply(settled(site.g, mapOf(site)).value);
  return kept(config.keepdims === true ? Y : site.g.Flatten(Y));
}
