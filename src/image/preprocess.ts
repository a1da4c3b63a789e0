import { ModelError } from "../base/errors.ts";
import { centerBox, crop, inside, padded } from "./crop.ts";
import type { Box, RgbImage } from "./image.ts";
import { normalize } from "./normalize.ts";
import type { Preprocessing } from "./preprocessing.ts";
import { resize } from "./resize.ts";

interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Size of every prepared picture.
 *
 * @throws {ModelError} "no-preprocessing" where the size would depend on the picture: neither a crop nor an exact resize
 */
export function inputSize({ crop, resize }: Preprocessing): Size {
  if (crop) return crop;
  if (resize.kind === "exact") return { width: resize.width, height: resize.height };
  throw new ModelError(
    "no-preprocessing",
    "The preprocessing leaves the size of a picture open: pictures would not form a batch.",
    {
      hint: "Give it a crop, or a resize to a width and a height.",
    },
  );
}

/**
 * A picture as the model's input: resized, its centre cropped (black around pictures smaller than the crop), normalised.
 *
 * @param image RGB bytes, [height, width, 3]
 * @param into gets the numbers, [3, height, width] for NCHW, [height, width, 3] for NHWC; a new array by default
 * @returns `into`
 * @throws {ModelError} "no-preprocessing", see inputSize
 * @throws {GraphError} "bad-shape" where `into` has another length
 * @see torchvision's Resize(antialias=True), CenterCrop, ToTensor, Normalize on Pillow pictures
 */
export function preprocess(image: RgbImage, preprocessing: Preprocessing, into?: Float32Array): Float32Array {
  const bytes = resizeAndCrop(image, preprocessing);
  const result = into ?? new Float32Array(bytes.data.length);
  normalize(bytes, preprocessing, result);
  return result;
}

/** The first half of `preprocess`, still bytes: [inputSize.height, inputSize.width, 3]. */
export function resizeAndCrop(image: RgbImage, preprocessing: Preprocessing): RgbImage {
  const wanted = inputSize(preprocessing);
  const size = resizedSize(image, preprocessing.resize);
  const box = centerBox(size, wanted);
  const region = inside(box, size);
  return padded(part(image, size, region, preprocessing), region, box);
}

/**
 * The part of a picture of this size that a model sees, in the picture's own pixels: what `preprocess` keeps of it. It is
 * fractional where the picture is scaled, and reaches beyond a picture that is smaller than the crop.
 *
 * @throws {ModelError} "no-preprocessing", see inputSize
 */
export function seenPart(picture: Size, preprocessing: Preprocessing): Box {
  const size = resizedSize(picture, preprocessing.resize);
  const { left, top, width, height } = centerBox(size, inputSize(preprocessing));
  const [across, down] = [picture.width / size.width, picture.height / size.height];
  return { left: left * across, top: top * down, width: width * across, height: height * down };
}

/** `region` of the picture at `size`: only what the crop keeps is computed. */
function part(image: RgbImage, size: Size, region: Box, { interpolation }: Preprocessing): RgbImage {
  if (size.width === image.width && size.height === image.height) return crop(image, region);
  return resize(image, { ...size, interpolation, region });
}

/** The long side is rounded down, as torchvision does. */
function resizedSize({ width, height }: Size, how: Preprocessing["resize"]): Size {
  if (how.kind === "none") return { width, height };
  if (how.kind === "exact") return { width: how.width, height: how.height };
  return width <= height
    ? { width: how.size, height: Math.trunc((how.size * height) / width) }
    : { width: Math.trunc((how.size * width) / height), height: how.size };
}
