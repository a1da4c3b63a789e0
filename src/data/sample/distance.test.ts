import { describe, expect, it } from "vitest";
import { random } from "../../base/random.ts";
import { distanceTo } from "./distance.ts";
import { area, boundsOf, box, type Figure, line, place } from "./figure.ts";
import { shapes } from "./shapes.ts";
import { sketches } from "./sketches.ts";

describe("distanceTo", () => {
  it("is negative inside, positive outside, and a length", () => {
    const square = distanceTo([area(box(-1, -1, 1, 1))]);
    expect(square(0, 0)).toBe(-1);
    expect(square(0.75, 0.5)).toBe(-0.25);
    expect(square(3, 0)).toBe(2);
    expect(square(4, 5)).toBe(5);
  });

  it("leaves a contour inside of another one open", () => {
    const frame = distanceTo([area(box(-4, -4, 4, 4), box(-1, -1, 1, 1))]);
    expect(frame(0, 0)).toBe(1);
    expect(frame(3, 0)).toBe(-1);
  });

  it("rounds the ends of a stroke", () => {
    const stroke = distanceTo([
      line(
        [
          [0, 0],
          [10, 0],
        ],
        2,
      ),
    ]);
    expect(stroke(5, 3)).toBe(2);
    expect(stroke(13, 4)).toBe(4);
    expect(stroke(5, 0)).toBe(-1);
  });

  it("unites parts", () => {
    const both = distanceTo([area(box(0, 0, 2, 2)), area(box(6, 0, 8, 2))]);
    expect(both(1, 1)).toBe(-1);
    expect(both(7, 1)).toBe(-1);
    expect(both(3, 1)).toBe(1);
  });
});

describe("place", () => {
  it("scales, turns and moves", () => {
    const still = { x: 10, y: 20, scale: 2, stretch: 1, slant: 0 };
    const placed = distanceTo(place([area(box(0, 0, 3, 1))], { ...still, turn: Math.PI / 2 }));
    // the right, lower corner (3, 1) goes to (10 - 2, 20 + 6)
    expect(placed(8, 26)).toBeCloseTo(0);
    expect(placed(9, 23)).toBeCloseTo(-1);
    expect(placed(13, 23)).toBeCloseTo(3);
  });
});

describe.each(Object.entries({ ...shapes, ...sketches }))("%s", (_, make) => {
  it("has ink, fits about its unit square, and is not the same twice", () => {
    const figures = Array.from({ length: 20 }, (_, seed): Figure => make(random(seed)));
    for (const figure of figures) {
      const { left, top, right, bottom } = boundsOf(figure, 0);
      expect(Math.min(left, top)).toBeGreaterThan(-1.3);
      expect(Math.max(right, bottom)).toBeLessThan(1.3);
      expect(Math.max(right - left, bottom - top)).toBeGreaterThan(1.5);
      const distance = distanceTo(figure);
      const grid = Array.from({ length: 900 }, (_, at) =>
        distance((at % 30) / 15 - 0.97, Math.floor(at / 30) / 15 - 0.97),
      );
      const inked = grid.filter((value) => value < 0).length / 900;
      expect(inked).toBeGreaterThan(0.08);
      expect(inked).toBeLessThan(0.8);
    }
    expect(new Set(figures.map((figure) => JSON.stringify(figure))).size).toBe(20);
  });
});
