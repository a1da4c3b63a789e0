/** What a perceptual hash is made of: brightness in a square of so many cells a side. */
export const hashedSide = 32;

/** Coefficients a side that are kept; their signs, so to say, are the bits. */
const kept = 8;

/** 64 bits that two pictures share for the most part where they look alike, each half a signed 32-bit number. */
export interface PerceptualHash {
  readonly low: number;
  readonly high: number;
}

/** cos(π u (2x + 1) / 2n), [kept, hashedSide]: the cosine transform of type II, not scaled. */
const waves = Float64Array.from({ length: kept * hashedSide }, (_, at) => {
  const [u, x] = [Math.floor(at / hashedSide), at % hashedSide];
  return Math.cos((Math.PI * u * (2 * x + 1)) / (2 * hashedSide));
});

/**
 * pHash: the 8 x 8 lowest frequencies of the cosine transform, a bit each, set where the coefficient is larger than their
 * median. Bit 8v + u stands for u waves across and v down.
 *
 * @param cells brightness, [32, 32]
 * @see Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010; imagehash.phash
 */
export function perceptualHash(cells: Float64Array): PerceptualHash {
  const coefficients = transformed(cells);
  const sorted = Float64Array.from(coefficients).sort();
  const middle = sorted.length / 2;
  const median = ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
  const half = (start: number) =>
    coefficients.subarray(start, start + 32).reduce((bits, value, at) => bits | (value > median ? 1 << at : 0), 0);
  return { low: half(0), high: half(32) };
}

/** How many of the 64 bits differ. */
export const bitsApart = (a: PerceptualHash, b: PerceptualHash): number => ones(a.low ^ b.low) + ones(a.high ^ b.high);

/** Bits that are set in a 32-bit number. @see Warren, "Hacker's Delight", 5-1 */
export function ones(bits: number): number {
  const pairs = bits - ((bits >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** [kept, kept], frequencies down by frequencies across. */
function transformed(cells: Float64Array): Float64Array {
  const across = new Float64Array(hashedSide * kept);
  for (let y = 0; y < hashedSide; y++) {
    for (let u = 0; u < kept; u++) across[y * kept + u] = product(cells, y * hashedSide, 1, u);
  }
  return Float64Array.from({ length: kept * kept }, (_, at) => product(across, at % kept, kept, Math.floor(at / kept)));
}

/** A line of numbers times a wave. */
function product(numbers: Float64Array, start: number, stride: number, wave: number): number {
  let sum = 0;
  for (let at = 0; at < hashedSide; at++) {
    sum += (numbers[start + at * stride] as number) * (waves[wave * hashedSide + at] as number);
  }
  return sum;
}
