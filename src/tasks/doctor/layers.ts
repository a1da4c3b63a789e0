import type { Inspection } from "../inspect.ts";

type Layers = Inspection["layers"];

/** The layers, each with whether it can be trained. */
export function trainableLayers({ layers, trainable, trainableFrom }: Inspection) {
  const from = layers.findIndex(({ node }) => node === trainableFrom);
  return layers.map((layer, at) => ({ ...layer, trainable: trainable || (from >= 0 && at >= from) }));
}

/** Numbers in the weights of each op, the most first. */
export function parametersByOp(layers: Layers): readonly { readonly op: string; readonly parameters: number }[] {
  const sums = new Map<string, number>();
  for (const { op, parameters } of layers) sums.set(op, (sums.get(op) ?? 0) + parameters);
  return [...sums].map(([op, parameters]) => ({ op, parameters })).sort((a, b) => b.parameters - a.parameters);
}
