import type { Preprocessing } from "../image/preprocessing.ts";
import { preprocessingPresets } from "../image/presets.ts";
import { pictureShape } from "./input-shape.ts";
import { type KerasNetwork, networksIn } from "./network.ts";

/** How pictures are prepared, and what says so. */
export interface Preparation {
  readonly value: Preprocessing;
  readonly source: string;
}

type PresetName = keyof typeof preprocessingPresets;

/**
 * The `preprocess_input` of keras.applications' networks, by the names of the models. The order counts.
 *
 * @see https://github.com/keras-team/keras/tree/master/keras/src/applications
 */
const namings: readonly (readonly [pattern: RegExp, preset: PresetName])[] = [
  [/^(vgg(16|19)|resnet(50|101|152))$/, "caffe"],
  [/^resnet(50|101|152)v2$/, "tf"],
  [/^mobilenet(v2)?_\d/, "tf"],
  [/^mobilenetv2$/, "tf"],
  [/^(inception_v3|inception_resnet_v2|xception|nasnet(_mobile|_large)?)$/i, "tf"],
  [/^densenet\d+$/, "imagenet"],
];

const preparing: ReadonlySet<string> = new Set(["Rescaling", "Normalization"]);

/**
 * How a network's pictures are prepared, where it can be known: a network that scales them itself takes bytes, one of
 * keras.applications' has its own way. Pictures are scaled to the network's size without a crop, as Keras' loaders do.
 */
export function preparationOf(network: KerasNetwork): Preparation | undefined {
  const [height, width] = pictureShape(network);
  const size = { resize: { kind: "exact", width, height }, crop: undefined } as const;
  const all = networksIn(network);
  const own = all.flatMap(({ layers }) => layers).find(({ kind }) => preparing.has(kind));
  if (own)
    return {
      value: { ...preprocessingPresets.bytes, ...size },
      source: `its layer "${own.name}" (by convention: resize)`,
    };
  for (const { name } of all) {
    const preset = namings.find(([pattern]) => pattern.test(name))?.[1];
    if (preset === undefined) continue;
    return {
      value: { ...preprocessingPresets[preset], ...size },
      source: `keras.applications' preprocess_input for "${name}" (by convention: resize)`,
    };
  }
  return undefined;
}

/** Teachable Machine's: the centre square at the network's size, x / 127.5 − 1. */
export function teachablePreparation(network: KerasNetwork): Preparation {
  const [height, width] = pictureShape(network);
  const size = { resize: { kind: "shortest-edge", size: Math.min(height, width) }, crop: { width, height } } as const;
  return { value: { ...preprocessingPresets.tf, ...size }, source: "Teachable Machine's way" };
}
