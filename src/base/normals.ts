import type { Random } from "./random.ts";

const STEPS = 1 << 16;
const MASK = STEPS - 1;

interface Tables {
  /** √(−2 · ln u) at u = (i + ½) / STEPS. */
  readonly radius: Float32Array;
  /** sin 2πu at the same places; a quarter of the table further on it is the cosine. */
  readonly sine: Float32Array;
}

let made: Tables | undefined;

function tables(): Tables {
  const share = (at: number) => (at + 0.5) / STEPS;
  made ??= {
    radius: Float32Array.from({ length: STEPS }, (_, at) => Math.sqrt(-2 * Math.log(share(at)))),
    sine: Float32Array.from({ length: STEPS }, (_, at) => Math.sin(2 * Math.PI * share(at))),
  };
  return made;
}

/**
 * Fills `target` with normal numbers of mean 0, for weights by the hundred million: Box-Muller with radius and angle out
 * of tables, 16 random bits for each. The largest is 4.9 deviations; `Random.normal` has no such end and takes five
 * times as long.
 */
export function normals(target: Float32Array, deviation: number, rng: Random): void {
  const { radius, sine } = tables();
  const words = new Uint32Array(4096);
  for (let start = 0; start < target.length; start += 2 * words.length) {
    rng.words(words);
    const end = Math.min(target.length, start + 2 * words.length);
    for (let at = start, from = 0; at < end; at += 2, from++) {
      const word = words[from] as number;
      const scale = deviation * (radius[word >>> 16] as number);
      target[at] = scale * (sine[word & MASK] as number);
      // past the end of an odd target nothing is written
      target[at + 1] = scale * (sine[(word + STEPS / 4) & MASK] as number);
    }
  }
}
