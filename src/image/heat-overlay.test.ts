import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { goldenUrl } from "../../test/golden.ts";
import { type HeatMap, heatOverlay } from "./heat-overlay.ts";
import type { RgbImage } from "./image.ts";
import { inferno } from "./inferno.ts";

const colours = JSON.parse(readFileSync(goldenUrl("explain/inferno.json"), "utf8")) as readonly (readonly number[])[];

it("inferno is matplotlib's, within 1.3 of 255", () => {
  expect(colours.length).toBe(256);
  expect(colours.flatMap((_, at) => inferno(at / 255))).toBeAllclose(colours.flat(), { rtol: 0, atol: 1.3 });
});

const green: RgbImage = {
  width: 8,
  height: 4,
  data: Uint8Array.from({ length: 8 * 4 * 3 }, (_, at) => [20, 200, 40][at % 3] ?? 0),
};
const map = (height: number, ...data: readonly number[]): HeatMap => ({
  data: Float32Array.from(data),
  height,
  width: data.length / height,
});
const pixel = ({ data, width }: RgbImage, x: number, y: number) => [...data.subarray((y * width + x) * 3).slice(0, 3)];
/** 0.299 · 20 + 0.587 · 200 + 0.114 · 40 */
const grey = [128, 128, 128];

describe("heatOverlay", () => {
  it("gives the hottest place the end of the colours, whatever its number, and leaves what is cold as it is", () => {
    const box = { left: 0, top: 0, width: 8, height: 4 };
    const drawn = heatOverlay(green, map(1, 0, 5e-4), { box, opacity: 1 });
    expect(pixel(drawn, 0, 0)).toEqual([20, 200, 40]);
    expect(pixel(drawn, 7, 3)).toEqual(colours[255]);
    expect(pixel(heatOverlay(green, map(1, 0, 5e-4), { box, opacity: 0.5 }), 7, 3)).toEqual([136, 228, 102]);
    expect(green.data[0]).toBe(20);
  });

  it("goes evenly from the centre of one place to that of the next", () => {
    const box = { left: 0, top: 0, width: 8, height: 4 };
    const drawn = heatOverlay({ ...green, data: new Uint8Array(96) }, map(1, 0, 1), { box, opacity: 1 });
    // centres at x = 2 and x = 6: pixels 2 to 5 have their centres an eighth, three, five and seven eighths in between
    const expected = [1, 3, 5, 7].map((eighths) => inferno(eighths / 8).map((value) => (value * eighths) / 8));
    expect([2, 3, 4, 5].flatMap((x) => pixel(drawn, x, 1))).toBeAllclose(expected.flat(), { rtol: 0, atol: 1.5 });
  });

  it("covers the box alone; the rest of the picture is grey", () => {
    const drawn = heatOverlay(green, map(1, 0), { box: { left: 2.4, top: 1, width: 4, height: 2 } });
    const rows = Array.from({ length: 4 }, (_, y) =>
      Array.from({ length: 8 }, (_, x) => (pixel(drawn, x, y)[0] === 20 ? "#" : ".")).join(""),
    );
    expect(rows).toEqual(["........", "..####..", "..####..", "........"]);
    expect(pixel(drawn, 0, 0)).toEqual(grey);
  });

  it("takes a box that reaches beyond the picture", () => {
    const box = { left: -8, top: 0, width: 16, height: 4 };
    const drawn = heatOverlay(green, map(1, 1, 0, 0, 0), { box, opacity: 1 });
    expect(pixel(drawn, 3, 0)).toEqual([20, 200, 40]);
  });

  it("leaves the picture as it is where nothing is hot", () => {
    const box = { left: 0, top: 0, width: 8, height: 4 };
    expect(heatOverlay(green, map(2, 0, 0, 0, 0), { box })).toEqual(green);
  });

  it("refuses a map of another size than it says", () => {
    const box = { left: 0, top: 0, width: 8, height: 4 };
    expect(() => heatOverlay(green, { data: new Float32Array(3), height: 2, width: 2 }, { box })).toThrow(
      "A heat map of 2 × 2 has 3 numbers.",
    );
  });
});
