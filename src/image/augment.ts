import { UsageError } from "../base/errors.ts";
import { checkNumber, refuseUnknown } from "../base/options.ts";
import type { Random } from "../base/random.ts";
import { roundHalfEven } from "./crop.ts";
import { flipHorizontal } from "./flip.ts";
import type { Box, RgbImage } from "./image.ts";
import { inputSize, resizeAndCrop } from "./preprocess.ts";
import type { Preprocessing } from "./preprocessing.ts";
import { resize } from "./resize.ts";

export interface RandomResizedCrop {
  /** Smallest and largest area of the crop, as a fraction of the picture's. torchvision's default is [0.08, 1]. */
  readonly scale?: readonly [min: number, max: number];
  /** Smallest and largest width / height of the crop, before it is resized. */
  readonly ratio?: readonly [min: number, max: number];
}

/** What is varied at random each time a picture is shown; nothing by default. */
export interface Augmentation {
  /** Takes the place of the preprocessing's resize and crop. */
  readonly randomResizedCrop?: RandomResizedCrop;
  /** Probability of a mirrored picture, 0 to 1. */
  readonly horizontalFlip?: number;
}

function checkAugmentation(options: Augmentation): void {
  checkObject("augment", options);
  const { randomResizedCrop, horizontalFlip = 0, ...rest } = options;
  refuseUnknown("augmentation", rest);
  checkNumber("horizontalFlip", horizontalFlip, { min: 0, max: 1 });
  if (randomResizedCrop !== undefined) checkCrop(randomResizedCrop);
}

function checkCrop(options: RandomResizedCrop): void {
  checkObject("randomResizedCrop", options);
  const { scale = defaultScale, ratio = defaultRatio, ...others } = options;
  refuseUnknown("randomResizedCrop", others);
  checkRange("scale", scale);
  checkRange("ratio", ratio);
  checkNumber("scale[0]", scale[0], { moreThan: 0, max: 1 });
  checkNumber("scale[1]", scale[1], { min: scale[0], max: 1 });
  checkNumber("ratio[0]", ratio[0], { moreThan: 0 });
  checkNumber("ratio[1]", ratio[1], { min: ratio[0] });
}

/** JavaScript callers pass `true` where an object belongs, and without this nothing would be varied. */
function checkObject(name: string, value: object): void {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return;
  throw new UsageError("bad-option", `${name} must be an object, not ${JSON.stringify(value)}.`, {
    hint: "For example augment: { horizontalFlip: 0.5, randomResizedCrop: {} }; leave it out to vary nothing.",
  });
}

function checkRange(name: string, value: readonly number[]): void {
  if (Array.isArray(value) && value.length === 2) return;
  throw new UsageError("bad-option", `${name} must be [min, max], not ${JSON.stringify(value)}.`);
}

const defaultScale = [0.08, 1] as const;
const defaultRatio = [3 / 4, 4 / 3] as const;

/**
 * A random variation of a picture at the model's input size, still bytes: `normalize` comes next.
 *
 * @returns [inputSize.height, inputSize.width, 3]
 * @throws {UsageError} "bad-option"
 * @see torchvision's RandomResizedCrop and RandomHorizontalFlip
 */
export function augment(image: RgbImage, options: Augmentation, rng: Random, preprocessing: Preprocessing): RgbImage {
  checkAugmentation(options);
  const { randomResizedCrop, horizontalFlip = 0 } = options;
  const { interpolation } = preprocessing;
  const resized = randomResizedCrop
    ? resize(image, { ...inputSize(preprocessing), interpolation, box: randomBox(image, randomResizedCrop, rng) })
    : resizeAndCrop(image, preprocessing);
  return rng.next() < horizontalFlip ? flipHorizontal(resized) : resized;
}

/** A box of random area and shape at a random place; the largest fitting one in the centre where ten tries do not fit. */
export function randomBox(
  { width, height }: RgbImage,
  { scale = defaultScale, ratio = defaultRatio }: RandomResizedCrop,
  rng: Random,
): Box {
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = width * height * rng.uniform(...scale);
    const shape = Math.exp(rng.uniform(Math.log(ratio[0]), Math.log(ratio[1])));
    const box = { width: roundHalfEven(Math.sqrt(area * shape)), height: roundHalfEven(Math.sqrt(area / shape)) };
    if (box.width > 0 && box.width <= width && box.height > 0 && box.height <= height) {
      return { left: rng.int(width - box.width + 1), top: rng.int(height - box.height + 1), ...box };
    }
  }
  const [min, max] = ratio;
  const fitting = {
    width: Math.max(1, Math.min(width, roundHalfEven(height * max))),
    height: Math.max(1, Math.min(height, roundHalfEven(width / min))),
  };
  return {
    left: Math.floor((width - fitting.width) / 2),
    top: Math.floor((height - fitting.height) / 2),
    ...fitting,
  };
}
