import { z } from "zod";
import { floats, type Tensor, tensor } from "../base/tensor.ts";
import type { Value } from "../onnx/builder.ts";
import { isMap, type Kept, kept, settled } from "./kept.ts";
import { type LayerSite, type Part, requireShape, row } from "./layer-site.ts";

const axis = z.union([z.number().int(), z.array(z.number().int())]).nullish();

const batchNormalization = z.object({
  axis,
  epsilon: z.number().default(1e-3),
  /** The part of the old statistics that stays, as in ONNX. */
  momentum: z.number().default(0.99),
  center: z.boolean().default(true),
  scale: z.boolean().default(true),
});

type Numbers = number | readonly Numbers[];
const numbers: z.ZodType<Numbers> = z.lazy(() => z.union([z.number(), z.array(numbers)]));

/** Keras 3 has arrays of numpy's in an object. */
const numpy = z
  .object({ class_name: z.literal("__numpy__"), config: z.object({ value: numbers }) })
  .transform(({ config }) => config.value);

const stored = z.union([numbers, numpy]);

const rescaling = z.object({ scale: stored, offset: stored.default(0) });

const normalization = z.object({
  axis,
  mean: stored.nullish(),
  variance: stored.nullish(),
  invert: z.boolean().default(false),
});

/** Layers that scale and shift each channel. */
export const normalizationRows = {
  BatchNormalization: row(batchNormalization, (site, { axis: given, epsilon, momentum, center, scale }) => {
    requireLastAxis(site, given);
    const input = settled(site.g, site.input);
    if (input.shape.length === 2) throw site.unsupported(`an input of shape [${input.shape.join(", ")}]`);
    const parts: readonly Part[] = [
      ...(scale ? ["gamma" as const] : []),
      ...(center ? ["beta" as const] : []),
      "moving_mean",
      "moving_variance",
    ];
    const take = site.weights(parts);
    const [channels = 0] = input.shape.slice(-1);
    const read = (part: Part, otherwise: number): Tensor<"float32"> => {
      if (!parts.includes(part)) return tensor("float32", [channels], new Float32Array(channels).fill(otherwise));
      const found = take(part);
      requireShape(site, part, found, [channels]);
      return found;
    };
    // What the file has comes first: it says whether there are as many channels.
    const mean = site.weight("running_mean", () => read("moving_mean", 0));
    const variance = site.weight("running_var", () => read("moving_variance", 1));
    const weights = [
      site.weight("weight", () => read("gamma", 1)),
      site.weight("bias", () => read("beta", 0)),
      mean,
      variance,
    ];
    return kept(site.place("BatchNormalization", [input.value, ...weights], { epsilon, momentum }));
  }),

  // x · scale + offset
  Rescaling: row(rescaling, (site, { scale, offset }) => {
    const { g } = site;
    const input = settled(g, site.input);
    return kept(g.Add(g.Mul(input.value, perChannel(site, input, scale)), perChannel(site, input, offset)));
  }),

  // (x − mean) / max(√variance, ε), Keras' ε
  Normalization: row(normalization, (site, { axis: given, mean, variance, invert }) => {
    const { g } = site;
    requireLastAxis(site, given);
    if (invert) throw site.unsupported("invert");
    const input = settled(g, site.input);
    const take = mean === null || mean === undefined ? site.weights(["mean", "variance"]) : undefined;
    const shift = take ? [...take("mean").data] : flat(mean ?? 0);
    const squares = take ? [...take("variance").data] : flat(variance ?? 1);
    const deviation = squares.map((square) => Math.max(Math.sqrt(square), 1e-7));
    return kept(g.Div(g.Sub(input.value, perChannel(site, input, shift)), perChannel(site, input, deviation)));
  }),
} as const;

const flat = (value: Numbers): readonly number[] => (typeof value === "number" ? [value] : value.flatMap(flat));

/** One number, or one for each channel, so that it combines with `input`. */
function perChannel(site: LayerSite, input: Kept, value: Numbers): Value {
  const all = flat(value);
  const [channels = 0] = input.shape.slice(-1);
  if (all.length !== 1 && all.length !== channels)
    throw site.unsupported(`${all.length} numbers for ${channels} channels`);
  const [only] = all;
  if (only !== undefined && all.length === 1) return site.g.float(only);
  return site.g.constant(floats(all, isMap(input) ? [1, channels, 1, 1] : [channels]));
}

/** @throws {ModelError} "unsupported-layer" for another axis than that of the channels */
function requireLastAxis(site: LayerSite, given: z.output<typeof axis>): void {
  const axes = typeof given === "number" ? [given] : (given ?? [-1]);
  const rank = site.input.shape.length;
  if (axes.length !== 1 || !(axes[0] === -1 || axes[0] === rank)) throw site.unsupported(`axis [${axes.join(", ")}]`);
}
