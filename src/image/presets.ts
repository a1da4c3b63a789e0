import type { Preprocessing } from "./preprocessing.ts";

const square224 = {
  resize: { kind: "shortest-edge", size: 256 },
  interpolation: "bilinear",
  crop: { width: 224, height: 224 },
  layout: "NCHW",
} as const;

/** For models that scale and normalise inside. */
export const bytesAsTheyAre = { scale: 1, mean: [0, 0, 0], std: [1, 1, 1] } as const;

/**
 * The ways of preparing pictures that most published models were trained with, to be chosen by name where a model does
 * not say which is its own.
 */
export const preprocessingPresets = {
  /** torchvision's: ImageNet mean and standard deviation of values in [0, 1]. */
  imagenet: {
    ...square224,
    scale: 1 / 255,
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
    channels: "RGB",
  },
  /** Keras' "tf" mode, x / 127.5 − 1: values in [−1, 1]. */
  tf: { ...square224, scale: 1 / 255, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], channels: "RGB" },
  /** Keras' "caffe" mode: BGR minus the ImageNet mean of each channel, values in [−124, 152]. */
  caffe: { ...square224, scale: 1, mean: [103.939, 116.779, 123.68], std: [1, 1, 1], channels: "BGR" },
  /** Values in [0, 255], for models that have their own Rescaling and Normalization layers, as Keras' EfficientNet. */
  bytes: { ...square224, ...bytesAsTheyAre, channels: "RGB" },
} as const satisfies Readonly<Record<string, Preprocessing>>;
