import { z } from "zod";
import { sizeOf } from "../base/shape.ts";
import type { GraphBuilder, Value } from "../onnx/builder.ts";
import { mapOf } from "./convolution-rows.ts";
import { flattened, type Kept, kept, type Pads, reshaped, settled } from "./kept.ts";
import { type LayerSite, row } from "./layer-site.ts";
import { dataFormat, requireChannelsLast } from "./schemas.ts";

const nothing = z.object({});
const edge = z.number().int().min(0);
const edges = z.union([z.tuple([edge, edge]), edge.transform((both): [number, number] => [both, both])]);

const zeroPadding = z.object({
  padding: z.union([
    z.tuple([edges, edges]),
    edge.transform((all): [[number, number], [number, number]] => [
      [all, all],
      [all, all],
    ]),
  ]),
  data_format: dataFormat,
});

/** Layers that move or join tensors. */
export const shapeRows = {
  ZeroPadding2D: row(zeroPadding, (site, { padding: [[top, bottom], [left, right]], data_format }) => {
    requireChannelsLast(site, data_format);
    const { value, shape } = settled(site.g, mapOf(site));
    const [height = 0, width = 0, channels = 0] = shape;
    const pads: Pads = [top, left, bottom, right];
    return { value, shape: [height + top + bottom, width + left + right, channels], held: { kind: "padding", pads } };
  }),

  Flatten: row(z.object({ data_format: dataFormat }), (site, { data_format }) => {
    requireChannelsLast(site, data_format);
    return site.input.shape.length === 1 ? site.input : flattened(site.g, site.input);
  }),

  Reshape: row(z.object({ target_shape: z.array(z.number().int()) }), (site, { target_shape: target }) => {
    const rest = sizeOf(site.input.shape) / sizeOf(target.filter((extent) => extent !== -1));
    const isWhole = target.every((extent) => (extent === -1 ? Number.isSafeInteger(rest) && rest > 0 : extent > 0));
    if (!isWhole) throw site.unsupported(`the target shape [${target.join(", ")}]`);
    return reshaped(
      site.g,
      site.input,
      target.map((extent) => (extent === -1 ? rest : extent)),
    );
  }),

  Concatenate: row(z.object({ axis: z.number().int().default(-1) }), (site, { axis }) => {
    const inputs = alike(site);
    const rank = inputs[0]?.shape.length ?? 0;
    const own = axis < 0 ? axis + rank + 1 : axis;
    if (own < 1 || own > rank) throw site.unsupported(`axis ${axis}`);
    return kept(
      site.place(
        "Concat",
        inputs.map(({ value }) => value),
        { axis: rank === 3 ? (mapAxes[own] ?? 1) : own },
      ),
    );
  }),

  Add: row(nothing, (site) => merged(site, (g, A, B) => g.Add(A, B))),
  Subtract: row(nothing, (site) => merged(site, (g, A, B) => g.Sub(A, B))),
  Multiply: row(nothing, (site) => merged(site, (g, A, B) => g.Mul(A, B))),
  Maximum: row(nothing, (site) => merged(site, (g, A, B) => g.Max(A, B))),
  Minimum: row(nothing, (site) => merged(site, (g, A, B) => g.Min(A, B))),
  Average: row(nothing, (site) => {
    const sum = merged(site, (g, A, B) => g.Add(A, B));
    return kept(site.g.Div(sum.value, site.g.float(site.inputs.length)));
  }),
} as const;

/** Keras' axes of [N, H, W, C] in [N, C, H, W]. */
const mapAxes: readonly number[] = [0, 2, 3, 1];

/** Inputs with as many axes as each other: more or fewer would be joined in Keras' order of axes, which is not ours. */
function alike(site: LayerSite): readonly Kept[] {
  const inputs = site.inputs.map((input) => settled(site.g, input));
  const ranks = new Set(inputs.map(({ shape }) => shape.length));
  if (ranks.size === 1) return inputs;
  throw site.unsupported(`inputs of shapes ${inputs.map(({ shape }) => `[${shape.join(", ")}]`).join(" and ")}`);
}

function merged(site: LayerSite, apply: (g: GraphBuilder, A: Value, B: Value) => Value): Kept {
  const [first, ...others] = alike(site);
  if (!first || others.length === 0) throw site.unsupported("one input only");
  return kept(others.reduce((A, { value }) => apply(site.g, A, value), first.value));
}
