import { checkNumber } from "../../base/options.ts";
import type { Random } from "../../base/random.ts";
import type { RgbImage } from "../../image/image.ts";
import { type Canvas, type Color, canvas, develop, fill, type Ink, mix, paint } from "./canvas.ts";
import { type Distance, distanceTo } from "./distance.ts";
import { area, boundsOf, circle, curve, type Figure, line, place, polar } from "./figure.ts";
import { shapes } from "./shapes.ts";
import { sketches } from "./sketches.ts";

const makers = { ...shapes, ...sketches };

type SampleClass = keyof typeof makers;

/** Names of the classes that can be drawn: the sample's five shapes, and ten other things for pre-training. */
export const sampleTasks = {
  shapes: ["crescent", "flower", "heart", "spiral", "star"],
  sketches: ["arrow", "bolt", "cross", "drop", "fish", "gear", "house", "ring", "tree", "wave"],
} as const satisfies {
  readonly shapes: readonly (keyof typeof shapes)[];
  readonly sketches: readonly (keyof typeof sketches)[];
};

export type SampleTask = keyof typeof sampleTasks;

/**
 * Draws a picture of a class: one figure, its place, size, turn, proportions, colours and style all drawn at random
 * in the same way for every class, on a ground with clutter and grain.
 *
 * @param size pixels a side, from 16
 * @returns [size, size, 3]
 * @throws {UsageError} "bad-option"
 */
export function drawSample(className: SampleClass, rng: Random, size: number): RgbImage {
  checkNumber("size", size, { min: 16, integer: true });
  const picture = canvas(size);
  const [near, far] = [color(rng), color(rng)];
  fill(picture, ground(rng, size, [near, mix(near, far, rng.uniform(0.2, 0.7))]));
  drawClutter(picture, rng, { count: 1 + rng.int(4), largest: 0.11 });
  drawFigure(picture, rng, makers[className](rng), near);
  if (rng.next() < 0.3) drawClutter(picture, rng, { count: 1, largest: 0.06 });
  const grain = rng.uniform(0, 14);
  return develop(picture, () => grain * rng.normal());
}

const color = (rng: Random): Color => [rng.uniform(15, 240), rng.uniform(15, 240), rng.uniform(15, 240)];

/** A colour that stands out against another one. */
function colorAgainst(rng: Random, other: Color): Color {
  for (;;) {
    const tried = color(rng);
    if (Math.hypot(tried[0] - other[0], tried[1] - other[1], tried[2] - other[2]) > 130) return tried;
  }
}

/** A gradient in a random direction, with slow waves in it. */
function ground(rng: Random, size: number, [from, to]: readonly [Color, Color]): Ink {
  const [cos, sin] = polar(1 / size, rng.uniform(0, 2 * Math.PI));
  const [waveX, waveY] = polar(rng.uniform(4, 20) / size, rng.uniform(0, 2 * Math.PI));
  const [phase, strength] = [rng.uniform(0, 2 * Math.PI), rng.uniform(0, 0.25)];
  return (x, y) => {
    const along = 0.5 + cos * (x - size / 2) + sin * (y - size / 2);
    return mix(from, to, along + strength * Math.sin(waveX * x + waveY * y + phase));
  };
}

interface Clutter {
  readonly count: number;
  /** Half the size of the largest piece, as a part of the picture's side. */
  readonly largest: number;
}

/** Small discs, sticks and corners of any colour. */
function drawClutter(picture: Canvas, rng: Random, { count, largest }: Clutter): void {
  for (let piece = 0; piece < count; piece++) {
    const corners = curve((t) => polar(1, t), { count: 3 + rng.int(2) });
    const pieces = [[area(circle(1))], [line([polar(1.5, 0), polar(-1.5, 0)], 0.5)], [area(corners)]] as const;
    const figure = place(pieces[rng.int(3)] ?? pieces[0], {
      x: rng.uniform(0, picture.size),
      y: rng.uniform(0, picture.size),
      scale: picture.size * rng.uniform(largest / 3, largest),
      stretch: rng.uniform(0.7, 1.4),
      slant: 0,
      turn: rng.uniform(0, 2 * Math.PI),
    });
    const ink = color(rng);
    paint(picture, {
      bounds: boundsOf(figure, 1),
      distance: distanceTo(figure),
      ink: () => ink,
      opacity: rng.uniform(0.5, 1),
    });
  }
}

function drawFigure(picture: Canvas, rng: Random, figure: Figure, under: Color): void {
  const { size } = picture;
  const scale = size * rng.uniform(0.2, 0.36);
  const placed = place(figure, {
    x: rng.uniform(scale * 0.9, size - scale * 0.9),
    y: rng.uniform(scale * 0.9, size - scale * 0.9),
    scale,
    stretch: rng.uniform(0.8, 1.25),
    slant: rng.uniform(-0.2, 0.2),
    turn: rng.uniform(-0.6, 0.6),
  });
  const edge = distanceTo(placed);
  const body = colorAgainst(rng, under);
  const shade = mix(body, color(rng), 0.35);
  const ink: Ink = (x, y) => mix(body, shade, (x + y) / (2 * size));
  const rim = colorAgainst(rng, under);
  const thickness = Math.max(1.5, scale * rng.uniform(0.08, 0.14));
  const bounds = boundsOf(placed, 1 + thickness / 2);
  const style = rng.int(3);
  if (style !== 1) paint(picture, { bounds, distance: edge, ink });
  if (style !== 0) paint(picture, { bounds, distance: outline(edge, thickness), ink: () => rim });
}

const outline =
  (edge: Distance, thickness: number): Distance =>
  (x, y) =>
    Math.abs(edge(x, y)) - thickness / 2;
