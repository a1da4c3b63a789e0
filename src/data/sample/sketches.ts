import { area, box, circle, curve, line, polar } from "./figure.ts";
import type { FigureMaker } from "./shapes.ts";

/** Other things to draw: what a network can be pre-trained on before it learns the sample's shapes. */
export const sketches = {
  arrow(rng) {
    const [neck, shaft, head] = [rng.uniform(-0.1, 0.3), rng.uniform(0.12, 0.24), rng.uniform(0.45, 0.7)];
    return [
      area([
        [-1, -shaft],
        [neck, -shaft],
        [neck, -head],
        [1, 0],
        [neck, head],
        [neck, shaft],
        [-1, shaft],
      ]),
    ];
  },
  bolt(rng) {
    const lean = rng.uniform(0.1, 0.3);
    return [
      area([
        [lean, -1],
        [-0.55, 0.15],
        [-0.05, 0.15],
        [-lean - 0.05, 1],
        [0.55, -0.2],
        [0.08, -0.2],
        [0.3 + lean, -1],
      ]),
    ];
  },
  cross(rng) {
    const half = rng.uniform(0.16, 0.34);
    return [area(box(-half, -1, half, 1)), area(box(-1, -half, 1, half))];
  },
  drop(rng) {
    const sharpness = rng.uniform(1.4, 2.4);
    return [area(curve((t) => [0.75 * Math.sin(t) * Math.sin(t / 2) ** sharpness, -Math.cos(t)]))];
  },
  fish(rng) {
    const [belly, tail] = [rng.uniform(0.38, 0.58), rng.uniform(0.4, 0.6)];
    const body = curve((t) => [0.2 + 0.8 * Math.cos(t), belly * Math.sin(t)], { count: 36 });
    return [
      area(body, circle(0.1, [0.58, -0.12])),
      area([
        [-0.4, 0],
        [-1, -tail],
        [-0.85, 0],
        [-1, tail],
      ]),
    ];
  },
  gear(rng) {
    const [teeth, depth] = [7 + rng.int(4), rng.uniform(0.2, 0.3)];
    const rim = curve((t) => polar(Math.floor((t * teeth) / Math.PI + 0.5) % 2 === 0 ? 1 : 1 - depth, t), {
      count: teeth * 8,
    });
    return [area(rim, circle(rng.uniform(0.25, 0.4)))];
  },
  house(rng) {
    const [eaves, wall] = [rng.uniform(-0.3, 0), rng.uniform(0.65, 0.8)];
    return [
      area(
        [
          [-1, eaves],
          [0, -1],
          [1, eaves],
          [wall, eaves],
          [wall, 0.9],
          [-wall, 0.9],
          [-wall, eaves],
        ],
        box(-0.15, 0.35, 0.2, 0.9),
      ),
    ];
  },
  ring(rng) {
    return [area(circle(1), circle(rng.uniform(0.55, 0.78)))];
  },
  tree(rng) {
    const [trunk, width] = [rng.uniform(0.1, 0.18), rng.uniform(0.6, 0.8)];
    const tier = (top: number, bottom: number, half: number) =>
      area([
        [0, top],
        [half, bottom],
        [-half, bottom],
      ]);
    return [
      tier(-1, -0.2, width * 0.65),
      tier(-0.6, 0.25, width * 0.85),
      tier(-0.2, 0.7, width),
      area(box(-trunk, 0.65, trunk, 1)),
    ];
  },
  wave(rng) {
    const [humps, height] = [rng.uniform(1.5, 2.4), rng.uniform(0.3, 0.5)];
    const crest = curve((t) => [t, height * Math.sin(t * Math.PI * humps)], {
      from: -1,
      to: 1,
      count: 40,
      closed: false,
    });
    return [line(crest, rng.uniform(0.2, 0.3))];
  },
} as const satisfies Record<string, FigureMaker>;
