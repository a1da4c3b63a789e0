import { describe, expect, it } from "vitest";
import { crop } from "./crop.ts";
import type { RgbImage } from "./image.ts";
import { resize } from "./resize.ts";

/** Red, green and blue of pixel (x, y) are (37x + 59y + 83c) mod 256: steps and jumps everywhere. */
function pattern(width: number, height: number): RgbImage {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => {
    const [x, y, c] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width), at % 3];
    return x * 37 + y * 59 + c * 83;
  });
  return { width, height, data };
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

describe("resize", () => {
  // Written by Pillow 12.3 for the same 7 x 5 picture.
  it.each([
    { interpolation: "nearest", width: 4, height: 2, hex: "3b8ee185d82bcf2275196cbfb10457fb4ea14598eb8fe235" },
    {
      interpolation: "nearest",
      width: 3,
      height: 9,
      hex: "2578cb6fc215b90c5f2578cb6fc215b90c5f60b306aafd50f4479a60b306aafd50f4479a9bee41e5388b2f82d5d6297c2073c66abd10d6297c2073c66abd101164b75bae01a5f84b1164b75bae01a5f84b",
    },
    { interpolation: "bilinear", width: 4, height: 2, hex: "4e937c85a169977e70895da19d5a708f688d5e988282a46d" },
    {
      interpolation: "bilinear",
      width: 3,
      height: 9,
      hex: "2073c66fb360be48643487a383b35bb3497854a768a3b252a24c9875b04ea3826a6f66b996b23c9a478b3487dab7635d805fa355a88bc52b7e697aab76be4c8a4b9e609a7096ad4f675fb25bae4caaa250",
    },
    { interpolation: "bicubic", width: 4, height: 2, hex: "45967e88a6649c7c6d8854a8a5596e8f6390579b8381aa6a" },
    {
      interpolation: "bicubic",
      width: 3,
      height: 9,
      hex: "166ad36abf61c6445a2981ae82bf56bc43714ead68aeb947a4459c74c143af7c606862ca9ab6379b3c8b308bdfc75c527f50b647b48ccf1d7b667bbb73c7428945a658a56e9ead46605fbb51bb41b59d4c",
    },
    { interpolation: "lanczos", width: 4, height: 2, hex: "44957d8da9619d78708552aba85c6b906190559a837fae6d" },
    {
      interpolation: "lanczos",
      width: 3,
      height: 9,
      hex: "1463db65c066c74653227eb485c753c43e6b46ac6db2bc41a8409d72d436bb75545f5de09fb7349a388b2b8ee2d857488041c635be90d0197c6680bb74c83d8b39ac51af70a6af3b5a5fc24ac43bbd994c",
    },
  ] as const)("gives Pillow's bytes: $interpolation to $width x $height", ({ hex: expected, ...options }) => {
    const result = resize(pattern(7, 5), options);
    expect(result).toMatchObject({ width: options.width, height: options.height });
    expect(hex(result.data)).toBe(expected);
  });

  it.each(["nearest", "bilinear", "bicubic", "lanczos"] as const)(
    "computes a region alone as a part of the whole: %s",
    (interpolation) => {
      const region = { left: 3, top: 2, width: 5, height: 11 };
      for (const size of [
        { width: 12, height: 20 },
        { width: 17, height: 13 },
      ]) {
        const whole = resize(pattern(31, 23), { ...size, interpolation });
        const part = resize(pattern(31, 23), { ...size, interpolation, region });
        expect(hex(part.data)).toBe(hex(crop(whole, region).data));
      }
    },
  );

  it.each(["nearest", "bilinear", "bicubic", "lanczos"] as const)(
    "resizes a box as if it had been cut out: %s",
    (interpolation) => {
      const box = { left: 4, top: 6, width: 9, height: 12 };
      const options = { width: 6, height: 15, interpolation };
      const cut = resize(crop(pattern(31, 23), box), options);
      expect(hex(resize(pattern(31, 23), { ...options, box }).data)).toBe(hex(cut.data));
    },
  );

  it.each(["nearest", "bilinear", "bicubic", "lanczos"] as const)(
    "changes nothing at the same size: %s",
    (interpolation) => {
      const picture = pattern(9, 6);
      expect(hex(resize(picture, { width: 9, height: 6, interpolation }).data)).toBe(hex(picture.data));
    },
  );

  it("clips overshoot instead of wrapping it", () => {
    const edge = { width: 4, height: 1, data: Uint8Array.from([0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255]) };
    const { data } = resize(edge, { width: 8, height: 1, interpolation: "bicubic" });
    expect([...data].filter((_, at) => at % 3 === 0)).toEqual([0, 0, 0, 52, 203, 255, 255, 255]);
  });

  it("refuses sizes below one pixel, boxes outside of the picture and unknown options", () => {
    const picture = pattern(4, 4);
    const good = { width: 2, height: 2, interpolation: "bilinear" } as const;
    expect(() => resize(picture, { ...good, width: 0 })).toThrow("width must be a whole number from 1, not 0.");
    const box = { left: 2, top: 0, width: 3, height: 1 };
    expect(() => resize(picture, { ...good, box })).toThrow("box.left");
    expect(() => resize(picture, { ...good, region: { left: 0, top: 1, width: 2, height: 2 } })).toThrow("region.top");
    const misspelled = { ...good, antialias: true };
    expect(() => resize(picture, misspelled)).toThrow('resize has no option "antialias"');
  });
});
