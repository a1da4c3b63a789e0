import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { shared, whySkipped } from "../../test/shared.ts";
import type { RgbImage } from "./image.ts";
import { sharpDecoder } from "./node/sharp-decoder.ts";
import { inputSize, preprocess, resizeAndCrop, seenPart } from "./preprocess.ts";
import type { Preprocessing } from "./preprocessing.ts";

const imagenet: Preprocessing = {
  resize: { kind: "shortest-edge", size: 256 },
  interpolation: "bilinear",
  crop: { width: 224, height: 224 },
  scale: 1 / 255,
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
  channels: "RGB",
  layout: "NCHW",
};

interface Case {
  readonly file: string;
  readonly size: readonly [number, number];
}

const golden = shared("golden/preprocess");
const cases: readonly (readonly [string, Case])[] = golden
  ? Object.entries(JSON.parse(readFileSync(`${golden}/cases.json`, "utf8")) as Readonly<Record<string, Case>>)
  : [];

async function decode(path: string): Promise<RgbImage> {
  return sharpDecoder().decode(readFileSync(path));
}

describe.skipIf(!golden)(`pictures prepared like Pillow's (${golden ? "golden files" : whySkipped})`, () => {
  for (const interpolation of ["bilinear", "bicubic"] as const) {
    it.each(cases)(`${interpolation}, photo %s: not one byte differs`, async (key, { file, size }) => {
      const photo = await decode(shared(`data/${file}`) ?? file);
      expect([photo.width, photo.height]).toEqual(size);
      const expected = await decode(`${golden}/${key}.${interpolation}.png`);
      const prepared = resizeAndCrop(photo, { ...imagenet, interpolation });
      expect(prepared).toMatchObject({ width: 224, height: 224 });
      expect(Buffer.compare(prepared.data, expected.data)).toBe(0);
    });
  }
});

/** One row; red counts up from `first` by `step`, green is red + 1, blue red + 2. */
function row(width: number, first = 0, step = 10): RgbImage {
  const data = Uint8Array.from({ length: width * 3 }, (_, at) => first + step * Math.floor(at / 3) + (at % 3));
  return { width, height: 1, data };
}

const plain: Preprocessing = {
  ...imagenet,
  resize: { kind: "none" },
  crop: { width: 2, height: 1 },
  scale: 1,
  mean: [0, 0, 0],
  std: [1, 1, 1],
};

describe("preprocess", () => {
  it("normalises each channel by its own mean and standard deviation", () => {
    const { data } = { data: preprocess(row(2, 100), { ...imagenet, resize: { kind: "none" }, crop: plain.crop }) };
    const value = (byte: number, channel: 0 | 1 | 2) => (byte / 255 - imagenet.mean[channel]) / imagenet.std[channel];
    const expected = [value(100, 0), value(110, 0), value(101, 1), value(111, 1), value(102, 2), value(112, 2)];
    expect(data).toBeAllclose(expected, { rtol: 1e-6 });
  });

  it("orders channels and axes as the model wants them", () => {
    const order = (channels: "RGB" | "BGR", layout: "NCHW" | "NHWC") => [
      ...preprocess(row(2), { ...plain, channels, layout, mean: [0, 0, 0.5] }),
    ];
    expect(order("RGB", "NCHW")).toEqual([0, 10, 1, 11, 1.5, 11.5]);
    expect(order("RGB", "NHWC")).toEqual([0, 1, 1.5, 10, 11, 11.5]);
    expect(order("BGR", "NCHW")).toEqual([2, 12, 1, 11, -0.5, 9.5]);
    expect(order("BGR", "NHWC")).toEqual([2, 1, -0.5, 12, 11, 9.5]);
  });

  it("surrounds a picture smaller than the crop with black, before it is normalised", () => {
    const small = preprocess(row(2, 50), { ...plain, crop: { width: 5, height: 1 }, mean: [1, 1, 1] });
    expect([...small.subarray(0, 5)]).toEqual([-1, 49, 59, -1, -1]);
  });

  it("scales the short side, rounding the long one down", () => {
    // 3 x 7 at short side 2: the long side is 4.67 → 4, so a crop of 4 needs no padding and one of 5 does
    const picture = { width: 3, height: 7, data: new Uint8Array(63).fill(200) };
    const lastRow = (height: number) =>
      preprocess(picture, { ...plain, resize: { kind: "shortest-edge", size: 2 }, crop: { width: 2, height } })[
        height * 2 - 1
      ];
    expect(lastRow(4)).toBe(200);
    expect(lastRow(5)).toBe(0);
  });

  it("resizes both sides when told an exact size", () => {
    const exact = { ...plain, resize: { kind: "exact", width: 3, height: 2 }, crop: undefined } as const;
    expect(inputSize(exact)).toEqual({ width: 3, height: 2 });
    expect(preprocess({ width: 9, height: 9, data: new Uint8Array(243).fill(7) }, exact)).toEqual(
      new Float32Array(18).fill(7),
    );
  });

  it("refuses a description that leaves the size open", () => {
    const open = { ...plain, resize: { kind: "shortest-edge", size: 256 }, crop: undefined } as const;
    expect(() => preprocess(row(4), open)).toThrow(expect.objectContaining({ code: "no-preprocessing" }));
  });

  it("writes into the array given, and refuses one of another length", () => {
    const into = new Float32Array(12).fill(9);
    expect(preprocess(row(4), plain, into.subarray(3, 9))).toEqual(preprocess(row(4), plain));
    expect([...into.subarray(0, 3), ...into.subarray(9)]).toEqual([9, 9, 9, 9, 9, 9]);
    expect(() => preprocess(row(4), plain, into)).toThrow(
      "A picture was prepared as 2 × 1 pixels, 6 numbers; 12 are wanted.",
    );
  });
});

describe("seenPart", () => {
  const rounded = (picture: { width: number; height: number }, how: Partial<Preprocessing> = {}) => {
    const { left, top, width, height } = seenPart(picture, { ...imagenet, ...how });
    return [left, top, width, height].map((value) => Math.round(value * 100) / 100);
  };

  it("is the crop, in the picture's own pixels", () => {
    // short side 512 → 256, so a pixel of the crop is two of the picture's: (256 − 224) / 2 = 16 → 32
    expect(rounded({ width: 1024, height: 512 })).toEqual([288, 32, 448, 448]);
    expect(rounded({ width: 512, height: 1024 })).toEqual([32, 288, 448, 448]);
    expect(rounded({ width: 128, height: 128 })).toEqual([8, 8, 112, 112]);
  });

  it("is all of a picture that is squeezed to a size", () => {
    const resize = { kind: "exact", width: 32, height: 32 } as const;
    expect(rounded({ width: 640, height: 480 }, { resize, crop: undefined })).toEqual([0, 0, 640, 480]);
  });

  it("reaches beyond a picture that is smaller than the crop", () => {
    expect(rounded({ width: 200, height: 300 }, { resize: { kind: "none" } })).toEqual([-12, 38, 224, 224]);
  });

  it("holds what resizeAndCrop keeps", () => {
    const mark = { left: 300, top: 100, width: 40, height: 40 };
    const picture = { width: 600, height: 400, data: new Uint8Array(600 * 400 * 3) };
    for (let y = mark.top; y < mark.top + mark.height; y++) {
      picture.data.fill(255, (y * 600 + mark.left) * 3, (y * 600 + mark.left + mark.width) * 3);
    }
    const seen = seenPart(picture, imagenet);
    const small = resizeAndCrop(picture, imagenet);
    const centre = { x: (320 - seen.left) * (224 / seen.width), y: (120 - seen.top) * (224 / seen.height) };
    const bright = Array.from({ length: 224 * 224 }, (_, at) => at).filter((at) => (small.data[at * 3] ?? 0) > 127);
    const mean = (of: (at: number) => number) => bright.reduce((sum, at) => sum + of(at) + 0.5, 0) / bright.length;
    expect([mean((at) => at % 224), mean((at) => Math.floor(at / 224))]).toBeAllclose([centre.x, centre.y], {
      atol: 0.6,
    });
  });
});
