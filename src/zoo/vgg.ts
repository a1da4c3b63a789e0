import type { Value } from "../onnx/builder.ts";
import { adaptiveAveragePool } from "./adaptive-pool.ts";
import { type Layers, square } from "./layers.ts";

/** Channels of the five stages; each ends in a pooling that halves the map. */
const channels = [64, 128, 256, 512, 512] as const;

interface VggOptions {
  /** Convolutions per stage. */
  readonly depths: readonly [number, number, number, number, number];
  readonly batchNorm?: boolean;
}

/**
 * [N, 3, H, W] to logits [N, classes]; H and W from 32.
 *
 * @see Simonyan and Zisserman, Very Deep Convolutional Networks, 2014; torchvision.models.vgg
 */
export const vgg =
  ({ depths, batchNorm = false }: VggOptions) =>
  (layers: Layers, pixels: Value, { classes }: { readonly classes: number }): Value => {
    const { g } = layers;
    let X = pixels;
    // torchvision numbers every module of the sequence: convolutions, normalizations, activations, poolings
    let at = 0;
    for (const [stage, filters] of channels.entries()) {
      layers.within(`block${stage + 1}`, () => {
        for (let depth = 0; depth < (depths[stage] ?? 0); depth++) {
          X = layers.conv(`features.${at++}`, X, { filters, kernel: 3, bias: true });
          if (batchNorm) X = layers.batchNorm(`features.${at++}`, X);
          X = g.Relu(X);
          at++;
        }
        X = g.MaxPool(X, { kernel_shape: square(2), strides: square(2) });
        at++;
      });
    }
    X = g.Flatten(adaptiveAveragePool(g, X, { size: 7 }));
    X = g.Relu(layers.linear("classifier.0", X, { units: 4096 }));
    X = g.Relu(layers.linear("classifier.3", X, { units: 4096 }));
    return layers.linear("classifier.6", X, { units: classes, output: "logits" });
  };
