import { z } from "zod";
import { activated } from "./activations.ts";
import { elementwise } from "./kept.ts";
import { row } from "./layer-site.ts";

const slope = z.number().nullish();

export const activationRows = {
  Activation: row(z.object({ activation: z.unknown().optional() }), (site, { activation }) =>
    activated(site, site.input, activation),
  ),

  Softmax: row(z.object({ axis: z.union([z.number(), z.array(z.number())]).default(-1) }), (site, { axis }) => {
    const axes = typeof axis === "number" ? [axis] : axis;
    const isLast = axes.length === 1 && (axes[0] === -1 || axes[0] === site.input.shape.length);
    if (!isLast) throw site.unsupported(`axis [${axes.join(", ")}]`);
    return activated(site, site.input, "softmax");
  }),

  // slope · x below 0, x up to max_value
  ReLU: row(z.object({ max_value: z.number().nullish(), negative_slope: slope, threshold: slope }), (site, config) => {
    const { g } = site;
    const { max_value: most, negative_slope: below, threshold } = config;
    if ((threshold ?? 0) !== 0) throw site.unsupported(`threshold ${threshold}`);
    const end = most ?? undefined;
    return elementwise(g, site.input, (X) => {
      if ((below ?? 0) !== 0) {
        const leaky = g.LeakyRelu(X, { alpha: below ?? 0 });
        return end === undefined ? leaky : g.Clip(leaky, undefined, g.float(end));
      }
      return end === undefined ? g.Relu(X) : g.Clip(X, g.float(0), g.float(end));
    });
  }),

  // Keras 2 calls the slope alpha.
  LeakyReLU: row(z.object({ negative_slope: slope, alpha: slope }), (site, { negative_slope, alpha }) =>
    elementwise(site.g, site.input, (X) => site.g.LeakyRelu(X, { alpha: negative_slope ?? alpha ?? 0.3 })),
  ),

  ELU: row(z.object({ alpha: z.number().default(1) }), (site, { alpha }) =>
    elementwise(site.g, site.input, (X) => site.g.Elu(X, { alpha })),
  ),
} as const;
