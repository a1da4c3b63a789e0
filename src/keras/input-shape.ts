import { ModelError } from "../base/errors.ts";
import { mostPixels } from "../image/most-pixels.ts";
import type { KerasLayer, KerasNetwork } from "./network.ts";

/** Pixels a side where a network takes any size: what most were trained with, and keras.applications' default. */
const usualSize = 224;

/** Of pictures, in pixels. */
export interface PictureSize {
  readonly height: number;
  readonly width: number;
}

/**
 * The network's pictures as [height, width, channels].
 *
 * @param size that of the pictures that will come; as saved where left out
 * @throws {ModelError} "not-an-image-model"
 */
export function pictureShape(network: KerasNetwork, size?: PictureSize): readonly [number, number, number] {
  const shape = declaredShape(network);
  const [, height, width, channels] = shape ?? [];
  const isSide = (extent: number | null | undefined) =>
    extent === null || extent === undefined || (extent >= 1 && extent <= mostPixels);
  const isPicture = shape?.length === 4 && (channels === 3 || channels === 1) && isSide(height) && isSide(width);
  if (!isPicture) {
    const found = shape ? `[${shape.map((extent) => extent ?? "any").join(", ")}]` : "no shape";
    throw new ModelError(
      "not-an-image-model",
      `The network's input should be a picture, [N, H, W, 3]; it has ${found}.`,
      {
        hint: "Regraft trains image classifiers with channels last.",
      },
    );
  }
  return [size?.height ?? height ?? usualSize, size?.width ?? width ?? usualSize, channels];
}

type DeclaredShape = readonly (number | null)[];

/** What the input layer says, or in a Sequential without one the first layer. */
function declaredShape({ layers, input }: KerasNetwork): DeclaredShape | undefined {
  const front = layers.find(({ name }) => name === input);
  const own = front && shapeIn(front);
  if (own) return own;
  const first = layers.find(({ calls }) => calls.some((call) => call.some(({ layer }) => layer === input)));
  return first && (shapeIn(first) ?? (first.network && declaredShape(first.network)));
}

/** `batch_shape` is Keras 3's name, the other one that of Keras 2 and TensorFlow.js. */
function shapeIn({ config }: KerasLayer): DeclaredShape | undefined {
  const shape = config.batch_shape ?? config.batch_input_shape;
  const isShape = Array.isArray(shape) && shape.every((extent) => extent === null || Number.isInteger(extent));
  return isShape ? shape : undefined;
}
