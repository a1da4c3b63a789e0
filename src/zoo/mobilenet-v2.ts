import type { Value } from "../onnx/builder.ts";
import { type ConvOptions, channelsOf, type Layers } from "./layers.ts";

/** A run of inverted residuals: the stride is the first one's. */
interface Stage {
  /** Channels in the middle of a block, per channel that comes in. */
  readonly expansion: number;
  readonly channels: number;
  readonly depth: number;
  readonly stride: number;
}

/** Table 2 of the paper. */
const stages: readonly Stage[] = [
  { expansion: 1, channels: 16, depth: 1, stride: 1 },
  { expansion: 6, channels: 24, depth: 2, stride: 2 },
  { expansion: 6, channels: 32, depth: 3, stride: 2 },
  { expansion: 6, channels: 64, depth: 4, stride: 2 },
  { expansion: 6, channels: 96, depth: 3, stride: 1 },
  { expansion: 6, channels: 160, depth: 3, stride: 2 },
  { expansion: 6, channels: 320, depth: 1, stride: 1 },
];

/** Blocks per stage. */
export const blockDepths: readonly number[] = stages.map(({ depth }) => depth);

/** The nearest multiple of 8, at least 8, and never more than a tenth below `channels`. */
export function divisible(channels: number): number {
  const rounded = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return rounded < 0.9 * channels ? rounded + 8 : rounded;
}

/** A convolution and its BatchNormalization, `<path>.<at>` and the number after it. */
const normalized = (layers: Layers, path: string, at: number, X: Value, options: ConvOptions): Value =>
  layers.batchNorm(`${path}.${at + 1}`, layers.conv(`${path}.${at}`, X, options));

/** The same through a ReLU6. */
function activated(layers: Layers, path: string, X: Value, options: ConvOptions): Value {
  const { g } = layers;
  return g.Clip(normalized(layers, path, 0, X, options), g.float(0), g.float(6));
}

interface BlockOptions {
  readonly expansion: number;
  readonly filters: number;
  readonly stride: number;
}

/** 1x1 out to more channels, 3x3 on each of them, 1x1 back; the input added where it fits. */
function invertedResidual(layers: Layers, path: string, X: Value, { expansion, filters, stride }: BlockOptions): Value {
  const channels = channelsOf(X);
  const middle = expansion * channels;
  // Without an expansion the first convolution is not there, and the others have its numbers.
  let at = 0;
  let Y = X;
  if (expansion !== 1) Y = activated(layers, `${path}.conv.${at++}`, Y, { filters: middle, kernel: 1 });
  Y = activated(layers, `${path}.conv.${at++}`, Y, { filters: middle, kernel: 3, stride, groups: middle });
  Y = normalized(layers, `${path}.conv`, at, Y, { filters, kernel: 1 });
  return stride === 1 && channels === filters ? layers.g.Add(X, Y) : Y;
}

/**
 * [N, 3, H, W] to logits [N, classes].
 *
 * @see Sandler et al., MobileNetV2, 2018; torchvision.models.mobilenet_v2
 */
export function mobilenetV2(
  layers: Layers,
  pixels: Value,
  { classes, width }: { readonly classes: number; readonly width: number },
): Value {
  const { g } = layers;
  let at = 0;
  let X = activated(layers, `features.${at++}`, pixels, { filters: divisible(32 * width), kernel: 3, stride: 2 });
  for (const [stage, { expansion, channels, depth, stride }] of stages.entries()) {
    const filters = divisible(channels * width);
    layers.within(`block${stage + 1}`, () => {
      for (let block = 0; block < depth; block++) {
        const options = { expansion, filters, stride: block === 0 ? stride : 1 };
        X = invertedResidual(layers, `features.${at++}`, X, options);
      }
    });
  }
  X = activated(layers, `features.${at}`, X, { filters: divisible(1280 * Math.max(1, width)), kernel: 1 });
  return layers.linear("classifier.1", g.Flatten(g.GlobalAveragePool(X)), { units: classes, output: "logits" });
}
