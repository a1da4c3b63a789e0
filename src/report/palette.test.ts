import { describe, expect, test } from "vitest";
import { type ColorName, palette, seriesColors, strongestTint, type Themed } from "./palette.ts";

type Rgb = readonly [number, number, number];
type Theme = keyof Themed;

const themes: readonly Theme[] = ["light", "dark"];

const bytes = (hex: string): Rgb => [channel(hex, 1), channel(hex, 3), channel(hex, 5)];
const channel = (hex: string, at: number) => Number.parseInt(hex.slice(at, at + 2), 16) / 255;
/** sRGB to light. @see WCAG 2.2, relative luminance */
const linear = (value: number) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
const times = (rows: readonly Rgb[], [x, y, z]: Rgb): Rgb => {
  const [a, b, c] = rows.map((row) => row[0] * x + row[1] * y + row[2] * z);
  return [a ?? 0, b ?? 0, c ?? 0];
};
const light = (color: Rgb): Rgb => [linear(color[0]), linear(color[1]), linear(color[2])];
const luminance = (color: Rgb) => times([[0.2126, 0.7152, 0.0722]], light(color))[0];

function contrast(one: Rgb, other: Rgb): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

const of = (name: ColorName, theme: Theme) => bytes(palette[name][theme]);

/** As the browser's color-mix(in srgb, …) does. */
const mixed = (share: number, tint: Rgb, paper: Rgb): Rgb => [
  share * tint[0] + (1 - share) * paper[0],
  share * tint[1] + (1 - share) * paper[1],
  share * tint[2] + (1 - share) * paper[2],
];

describe.each(themes)("the %s theme", (theme) => {
  test.each(["ink", "muted", "accent", "wrong", "alarm"] as const)("%s is readable as text (AA, 4.5)", (name) => {
    for (const ground of ["paper", "panel"] as const) {
      expect(contrast(of(name, theme), of(ground, theme))).toBeGreaterThanOrEqual(4.5);
    }
  });

  test.each([...seriesColors, "quiet"] as const)("%s stands off the paper (AA for graphics, 3)", (name) => {
    expect(contrast(of(name, theme), of("paper", theme))).toBeGreaterThanOrEqual(3);
  });

  test.each(["accent", "wrong"] as const)("ink is readable on the strongest tint of %s", (name) => {
    const ground = mixed(strongestTint, of(name, theme), of("paper", theme));
    expect(contrast(of("ink", theme), ground)).toBeGreaterThanOrEqual(4.5);
  });
});

/** Severity 1.0. @see Machado, Oliveira & Fernandes 2009, "A physiologically-based model for simulation of color vision deficiency" */
const sights: Readonly<Record<string, readonly Rgb[]>> = {
  "full sight": [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** @see https://bottosson.github.io/posts/oklab/ */
function oklab(color: Rgb): Rgb {
  const cones = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    color,
  );
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    [Math.cbrt(cones[0]), Math.cbrt(cones[1]), Math.cbrt(cones[2])],
  );
}

const distance = (a: Rgb, b: Rgb) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

describe.each(Object.entries(sights))("to %s", (_, matrix) => {
  test.each(themes)("no two series look alike in the %s theme", (theme) => {
    const seen = seriesColors.map((name) => oklab(times(matrix, light(of(name, theme)))));
    for (const [at, one] of seen.entries()) {
      for (const other of seen.slice(at + 1)) expect(distance(one, other)).toBeGreaterThan(0.1);
    }
  });
});
