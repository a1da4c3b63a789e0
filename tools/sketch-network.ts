import { initialTensor } from "../src/base/initializations.ts";
import type { Random } from "../src/base/random.ts";
import { floats } from "../src/base/tensor.ts";
import type { Preprocessing } from "../src/image/preprocessing.ts";
import { type GraphBuilder, graphBuilder, type Value } from "../src/onnx/builder.ts";
import type { Graph } from "../src/onnx/graph.ts";
import { resetWeights } from "../src/rewrite/reset-weights.ts";
import { withWeights } from "../src/rewrite/weights.ts";

/** Pixels a side of the network's input. */
const side = 64;

/** How the network wants its pictures: the short side to 64 pixels, the centre of it, values in [−1, 1]. */
export const sketchPreprocessing: Preprocessing = {
  resize: { kind: "shortest-edge", size: side },
  interpolation: "bilinear",
  crop: { width: side, height: side },
  scale: 1 / 255,
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
  channels: "RGB",
  layout: "NCHW",
};

/** Convolutions 3x3, each followed by a ReLU: channels out, and the stride. */
const stages = [
  { channels: 16, stride: 2 },
  { channels: 24, stride: 1 },
  { channels: 32, stride: 2 },
  { channels: 48, stride: 1 },
  { channels: 64, stride: 2 },
  { channels: 96, stride: 1 },
] as const;

/**
 * A small convolutional classifier with fresh weights: [N, 3, 64, 64] to logits [N, classes]. There is no normalisation
 * layer: He's initialisation is enough at this depth. The maximum over places, not the mean: a figure fills a small part
 * of its picture.
 */
export function sketchNetwork(classes: number, rng: Random): Graph {
  const g = graphBuilder({ name: "sketchnet" });
  let X = g.input("pixel_values", "float32", ["N", 3, side, side]);
  for (const [at, { channels, stride }] of stages.entries()) X = convolution(g, X, { at, channels, stride });
  const features = g.Flatten(g.GlobalMaxPool(X));
  const { channels: width } = stages[stages.length - 1] ?? stages[0];
  const last = "classifier.weight";
  const weight = g.initializer(last, floats(new Float32Array(classes * width), [classes, width]));
  const bias = g.initializer("classifier.bias", floats(new Float32Array(classes)));
  const network = g.build([g.named("logits", g.Gemm(features, weight, bias, { transB: 1 }))]);
  // the classifier is drawn as the convolutions are
  const fans = { inputs: width, outputs: classes };
  const drawn = initialTensor("he-uniform", [classes, width], { fans, rng: rng.fork("reset", last) });
  return withWeights(resetWeights(network, { rng }), { [last]: drawn });
}

interface ConvolutionOptions {
  readonly at: number;
  readonly channels: number;
  readonly stride: number;
}

function convolution(g: GraphBuilder, X: Value, { at, channels, stride }: ConvolutionOptions): Value {
  const inputs = Number(X.shape?.[1]);
  const size = channels * inputs * 9;
  const weight = g.initializer(`conv${at}.weight`, floats(new Float32Array(size), [channels, inputs, 3, 3]));
  const bias = g.initializer(`conv${at}.bias`, floats(new Float32Array(channels)));
  return g.Relu(g.Conv(X, weight, bias, { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [stride, stride] }));
}
