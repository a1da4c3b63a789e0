import type { Random } from "../../base/random.ts";
import { area, circle, curve, type Figure, line, polar } from "./figure.ts";

/** Draws a figure with proportions of its own. */
export type FigureMaker = (rng: Random) => Figure;

/** The sample data set: what the demo's network is to tell apart. */
export const shapes = {
  /** A disc with a bite of another disc. */
  crescent(rng) {
    const [bite, away] = [rng.uniform(0.72, 0.95), rng.uniform(0.4, 0.6)];
    const cut = Math.acos((1 + away * away - bite * bite) / (2 * away));
    const inner = Math.acos((bite * bite + away * away - 1) / (2 * away * bite));
    const outerArc = curve((t) => polar(1, t), { from: cut, to: 2 * Math.PI - cut, closed: false });
    const innerArc = curve((t) => [away - bite * Math.cos(t), bite * Math.sin(t)], {
      from: inner,
      to: -inner,
      closed: false,
    });
    return [area([...outerArc, ...innerArc.toReversed()])];
  },
  /** Round petals about a centre that may be open. */
  flower(rng) {
    const [petals, depth] = [5 + rng.int(3), rng.uniform(0.16, 0.28)];
    const outline = curve((t) => polar(1 - depth + depth * Math.cos(petals * t), t), { count: petals * 14 });
    return [area(outline, circle(rng.uniform(0.18, 0.3)))];
  },
  heart(rng) {
    const [width, tip] = [rng.uniform(0.95, 1.1), rng.uniform(1.0, 1.25)];
    return [
      area(
        curve((t) => {
          const y = 13 * Math.cos(t) - 5 * Math.cos(2 * t) - 2 * Math.cos(3 * t) - Math.cos(4 * t);
          return [(width * 16 * Math.sin(t) ** 3) / 17, (-(y + 2) / 15) * (y < 0 ? tip : 1)];
        }),
      ),
    ];
  },
  /** An Archimedean spiral, left or right. */
  spiral(rng) {
    const [rounds, side] = [rng.uniform(1.9, 2.8), rng.next() < 0.5 ? -1 : 1];
    const arm = curve((t) => polar(0.06 + (0.9 * t) / rounds, side * t * 2 * Math.PI), {
      to: rounds,
      count: 56,
      closed: false,
    });
    return [line(arm, rng.uniform(0.14, 0.2))];
  },
  star(rng) {
    const [rays, inner] = [4 + rng.int(4), rng.uniform(0.36, 0.55)];
    return [area(curve((t) => polar(Math.round((t * rays) / Math.PI) % 2 === 0 ? 1 : inner, t), { count: rays * 2 }))];
  },
} as const satisfies Record<string, FigureMaker>;
