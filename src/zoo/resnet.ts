import type { Value } from "../onnx/builder.ts";
import { border, type ConvOptions, channelsOf, type Layers, square } from "./layers.ts";

/** A residual block: what is added to its input. `width` counts the channels that it works in. */
interface Block {
  /** Channels that come out, per channel of its width. */
  readonly expansion: number;
  readonly residual: (layers: Layers, path: string, X: Value, options: BlockOptions) => Value;
}

interface BlockOptions {
  readonly width: number;
  readonly stride: number;
}

/** Two 3x3 convolutions. */
export const basicBlock: Block = {
  expansion: 1,
  residual(layers, path, X, { width, stride }) {
    const first = normalized(layers, path, 1, X, { filters: width, kernel: 3, stride });
    return normalized(layers, path, 2, layers.g.Relu(first), { filters: width, kernel: 3 });
  },
};

/** 1x1, 3x3, 1x1; the stride is in the second ("ResNet v1.5"). */
export const bottleneck: Block = {
  expansion: 4,
  residual(layers, path, X, { width, stride }) {
    const { g } = layers;
    const first = normalized(layers, path, 1, X, { filters: width, kernel: 1 });
    const second = normalized(layers, path, 2, g.Relu(first), { filters: width, kernel: 3, stride });
    return normalized(layers, path, 3, g.Relu(second), { filters: 4 * width, kernel: 1 });
  },
};

/** A convolution of a block and its BatchNormalization, by their number. */
function normalized({ conv, batchNorm }: Layers, path: string, at: number, X: Value, options: ConvOptions): Value {
  return batchNorm(`${path}.bn${at}`, conv(`${path}.conv${at}`, X, options));
}

/** X + residual(X), through a ReLU; where extents differ, X goes through a 1x1 convolution first. */
function place(layers: Layers, path: string, X: Value, block: Block, options: BlockOptions): Value {
  const { g } = layers;
  const filters = block.expansion * options.width;
  const residual = block.residual(layers, path, X, options);
  if (options.stride === 1 && channelsOf(X) === filters) return g.Relu(g.Add(residual, X));
  const shortcut = layers.conv(`${path}.downsample.0`, X, { filters, kernel: 1, stride: options.stride });
  return g.Relu(g.Add(residual, layers.batchNorm(`${path}.downsample.1`, shortcut)));
}

interface ResnetOptions {
  readonly block: Block;
  /** Blocks per stage. */
  readonly depths: readonly [number, number, number, number];
}

/**
 * [N, 3, H, W] to logits [N, classes].
 *
 * @see He et al., Deep Residual Learning, 2015; torchvision.models.resnet
 */
export const resnet =
  ({ block, depths }: ResnetOptions) =>
  (layers: Layers, pixels: Value, { classes }: { readonly classes: number }): Value => {
    const { g } = layers;
    const stem = layers.batchNorm("bn1", layers.conv("conv1", pixels, { filters: 64, kernel: 7, stride: 2 }));
    let X = g.MaxPool(g.Relu(stem), { kernel_shape: square(3), strides: square(2), pads: border(1) });
    for (const [stage, depth] of depths.entries()) {
      for (let at = 0; at < depth; at++) {
        const stride = stage > 0 && at === 0 ? 2 : 1;
        X = place(layers, `layer${stage + 1}.${at}`, X, block, { width: 64 * 2 ** stage, stride });
      }
    }
    return layers.linear("fc", g.Flatten(g.GlobalAveragePool(X)), { units: classes, output: "logits" });
  };
