import { describe, expect, it } from "vitest";
import { random } from "../base/random.ts";
import { augment, randomBox } from "./augment.ts";
import { crop } from "./crop.ts";
import type { RgbImage } from "./image.ts";
import { resizeAndCrop } from "./preprocess.ts";
import type { Preprocessing } from "./preprocessing.ts";

const preprocessing: Preprocessing = {
  resize: { kind: "shortest-edge", size: 12 },
  interpolation: "bilinear",
  crop: { width: 10, height: 8 },
  scale: 1,
  mean: [0, 0, 0],
  std: [1, 1, 1],
  channels: "RGB",
  layout: "NCHW",
};

const picture: RgbImage = { width: 30, height: 20, data: Uint8Array.from({ length: 1800 }, (_, at) => (at * 7) % 251) };
const mirrored = ({ width, height, data }: RgbImage): RgbImage => ({
  width,
  height,
  data: data.map((_, at) => {
    const [x, y, c] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width), at % 3];
    return data[(y * width + width - 1 - x) * 3 + c] ?? 0;
  }),
});

describe("augment", () => {
  it("is the plain preprocessing when nothing is asked for", () => {
    expect(augment(picture, {}, random(1), preprocessing)).toEqual(resizeAndCrop(picture, preprocessing));
  });

  it("mirrors always at probability 1, never at 0, and half of the time at 0.5", () => {
    const plain = resizeAndCrop(picture, preprocessing);
    expect(augment(picture, { horizontalFlip: 1 }, random(1), preprocessing)).toEqual(mirrored(plain));
    expect(augment(picture, { horizontalFlip: 0 }, random(1), preprocessing)).toEqual(plain);
    const rng = random(7);
    const flips = Array.from({ length: 200 }, () => augment(picture, { horizontalFlip: 0.5 }, rng, preprocessing));
    const flipped = flips.filter(({ data }) => data[0] !== plain.data[0]).length;
    expect(flipped).toBeGreaterThan(70);
    expect(flipped).toBeLessThan(130);
  });

  it("gives a random crop the model's input size, the same for the same seed", () => {
    const draw = (seed: number) => augment(picture, { randomResizedCrop: {} }, random(seed), preprocessing);
    expect(draw(3)).toMatchObject({ width: 10, height: 8 });
    expect(draw(3)).toEqual(draw(3));
    expect(draw(4)).not.toEqual(draw(3));
  });

  it("takes the whole picture where scale and shape leave nothing to chance", () => {
    const size = { ...preprocessing, crop: { width: 30, height: 20 } };
    const all = { randomResizedCrop: { scale: [1, 1], ratio: [1.5, 1.5] } } as const;
    expect(augment(picture, all, random(1), size)).toEqual(crop(picture, { left: 0, top: 0, width: 30, height: 20 }));
  });

  it("refuses what is out of range or misspelt", () => {
    const run = (options: object) => () => augment(picture, options, random(1), preprocessing);
    expect(run({ horizontalFlip: 1.5 })).toThrow("horizontalFlip must be a number from 0 up to 1, not 1.5.");
    expect(run({ randomResizedCrop: { scale: [0.5, 0.2] } })).toThrow("scale[1]");
    expect(run({ randomResizedCrop: { scale: [0, 1] } })).toThrow("scale[0]");
    expect(run({ flip: 1 })).toThrow('augmentation has no option "flip"');
  });
});

describe("randomBox", () => {
  it("stays inside, within the areas and shapes asked for, and reaches both ends", () => {
    const image = { width: 400, height: 300, data: new Uint8Array() };
    const rng = random(5);
    const boxes = Array.from({ length: 500 }, () => randomBox(image, {}, rng));
    const areas = boxes.map(({ width, height }) => (width * height) / 120_000);
    const shapes = boxes.map(({ width, height }) => width / height);
    expect(boxes.every((box) => box.left >= 0 && box.left + box.width <= 400)).toBe(true);
    expect(boxes.every((box) => box.top >= 0 && box.top + box.height <= 300)).toBe(true);
    expect(Math.min(...areas)).toBeGreaterThan(0.078);
    expect(Math.min(...areas)).toBeLessThan(0.12);
    expect(Math.max(...areas)).toBeGreaterThan(0.85);
    expect(Math.min(...shapes)).toBeGreaterThan(0.74);
    expect(Math.max(...shapes)).toBeLessThan(1.35);
    expect(new Set(boxes.map(({ left }) => left)).size).toBeGreaterThan(100);
  });

  it("falls back to the largest fitting box in the centre of a very long picture", () => {
    const long = { width: 1000, height: 10, data: new Uint8Array() };
    expect(randomBox(long, { scale: [1, 1] }, random(1))).toEqual({ left: 493, top: 0, width: 13, height: 10 });
    const tall = { width: 10, height: 1000, data: new Uint8Array() };
    expect(randomBox(tall, { scale: [1, 1] }, random(1))).toEqual({ left: 0, top: 493, width: 10, height: 13 });
  });
});

describe("augment, called from JavaScript", () => {
  const call = (text: string) => () => augment(picture, JSON.parse(text), random(1), preprocessing);

  it.each([
    ["true", "augment must be an object, not true."],
    ["null", "augment must be an object, not null."],
    ["[]", "augment must be an object, not []."],
    ['"flip"', 'augment must be an object, not "flip".'],
    ['{"randomResizedCrop":true}', "randomResizedCrop must be an object, not true."],
    ['{"randomResizedCrop":{"scale":0.5}}', "scale must be [min, max], not 0.5."],
    ['{"horizontalFlip":true}', "horizontalFlip must be a number from 0 up to 1, not true."],
  ])("refuses %s", (text, message) => {
    expect(call(text)).toThrow(expect.objectContaining({ code: "bad-option", message }));
  });
});
