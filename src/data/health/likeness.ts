/** Cells a side of the small grey picture that likeness is told by. */
export const likenessSide = 32;

/** Brightness in bytes, [likenessSide, likenessSide]. */
export type SmallGrey = Uint8Array;

/**
 * How alike two small pictures are, -1 to 1: the correlation of their cells, where either may be a slightly smaller cut of
 * the other. Brightness and contrast do not matter.
 *
 * The edges of the cut are found by moving one at a time for as long as that makes the two more alike, in finer and finer
 * steps. Where the whole pictures are hardly alike, that is not tried, and what is returned is no better than `leastToTry`.
 */
export function likeness(a: SmallGrey, b: SmallGrey): number {
  const start = { cut: whole, score: correlation(a, whole, b) };
  if (start.score < leastToTry) return start.score;
  const [coarse, ...fine] = steps;
  const fromA = climbed(start, coarse, { whole: a, part: b });
  const fromB = climbed({ cut: whole, score: correlation(b, whole, a) }, coarse, { whole: b, part: a });
  const [better, sides] = fromA.score >= fromB.score ? [fromA, { whole: a, part: b }] : [fromB, { whole: b, part: a }];
  return fine.reduce((found, step) => climbed(found, step, sides), better).score;
}

/** Of 100 pictures with a twentieth cut off at each edge, one or two are less alike than this at first. */
const leastToTry = 0.5;

/** The least part of a side that a cut keeps: what lacks more is another picture. */
const leastPart = 0.8;

/** In cells. */
const steps = [2, 1, 0.5, 0.25] as const;

/** Where a cut lies, in cells of the picture that it is taken from. */
interface Cut {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const whole: Cut = { left: 0, top: 0, right: likenessSide, bottom: likenessSide };

const moves = (["left", "top", "right", "bottom"] as const).flatMap((edge) => [
  [edge, 1] as const,
  [edge, -1] as const,
]);

interface Found {
  readonly cut: Cut;
  readonly score: number;
}

/** The picture that is cut, and the one that the cut may be. */
interface Sides {
  readonly whole: SmallGrey;
  readonly part: SmallGrey;
}

function climbed(start: Found, step: number, sides: Sides): Found {
  let found = start;
  for (let isBetter = true; isBetter; ) {
    isBetter = false;
    for (const [edge, by] of moves) {
      const cut = { ...found.cut, [edge]: found.cut[edge] + by * step };
      const score = isAllowed(cut) ? correlation(sides.whole, cut, sides.part) : -1;
      if (score <= found.score) continue;
      found = { cut, score };
      isBetter = true;
    }
  }
  return found;
}

const isAllowed = ({ left, top, right, bottom }: Cut): boolean =>
  Math.min(left, top) >= 0 &&
  Math.max(right, bottom) <= likenessSide &&
  Math.min(right - left, bottom - top) >= leastPart * likenessSide;

/** Pearson's correlation of a cut, read at the centres of as many cells by linear interpolation, with all of `part`. */
function correlation(picture: SmallGrey, { left, top, right, bottom }: Cut, part: SmallGrey): number {
  const [across, down] = [readings(left, right), readings(top, bottom)];
  let [sumA, sumB, sumAA, sumBB, sumAB] = [0, 0, 0, 0, 0];
  for (let row = 0; row < likenessSide; row++) {
    const upper = (down.first[row] as number) * likenessSide;
    const lower = (down.second[row] as number) * likenessSide;
    const low = down.share[row] as number;
    for (let column = 0; column < likenessSide; column++) {
      const near = across.first[column] as number;
      const far = across.second[column] as number;
      const share = across.share[column] as number;
      const above = (picture[upper + near] as number) * (1 - share) + (picture[upper + far] as number) * share;
      const below = (picture[lower + near] as number) * (1 - share) + (picture[lower + far] as number) * share;
      const a = above * (1 - low) + below * low;
      const b = part[row * likenessSide + column] as number;
      sumA += a;
      sumB += b;
      sumAA += a * a;
      sumBB += b * b;
      sumAB += a * b;
    }
  }
  const count = likenessSide ** 2;
  const spread = (count * sumAA - sumA ** 2) * (count * sumBB - sumB ** 2);
  return spread > 0 ? (count * sumAB - sumA * sumB) / Math.sqrt(spread) : 0;
}

/** Between which two cells each reading lies, and how near to the second one. */
interface Readings {
  readonly first: Uint8Array;
  readonly second: Uint8Array;
  readonly share: Float64Array;
}

/** The same few edges are tried again and again. */
const knownReadings = new Map<number, Readings>();

function readings(from: number, to: number): Readings {
  // Edges are quarters of a cell, up to 32: no two pairs give one number.
  const key = 1000 * from + to;
  const made = knownReadings.get(key) ?? makeReadings(from, to);
  knownReadings.set(key, made);
  return made;
}

function makeReadings(from: number, to: number): Readings {
  const last = likenessSide - 1;
  const places = Float64Array.from({ length: likenessSide }, (_, at) =>
    Math.min(last, Math.max(0, from + ((at + 0.5) * (to - from)) / likenessSide - 0.5)),
  );
  const first = Uint8Array.from(places, Math.floor);
  return {
    first,
    second: first.map((cell) => Math.min(last, cell + 1)),
    share: places.map((place, at) => place - (first[at] as number)),
  };
}
