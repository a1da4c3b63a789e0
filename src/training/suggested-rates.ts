import type { RatePoint } from "./range-test.ts";

/**
 * Learning rates that a curve speaks for, each by the rule of its name in fastai:
 *
 * - `valley`: half-way down the longest fall; the one to take, as a single steep step of a loss that hardly falls is noise
 * - `steepest`: where the smoothed loss falls fastest on the log scale of rates (there `steep`)
 * - `minimum`: a tenth of where the smoothed loss is lowest
 */
export type SuggestedRates = { readonly [R in keyof typeof rules]: number };

type Curve = readonly Pick<RatePoint, "learningRate" | "smoothed">[];

/** Fewer points say nothing. */
const fewest = 5;

/**
 * The curve's first tenth is left out, where the average has seen too little, and its last five points, where the loss shoots
 * up, as fastai does.
 *
 * @param steps points that the curve would have if it had not ended early
 * @returns undefined where the loss never fell, or too few points are left
 */
export function suggestedRates(points: Curve, { steps }: { readonly steps: number }): SuggestedRates | undefined {
  const judged = points.slice(Math.floor(steps / 10), -5);
  const lost = judged.findIndex(({ smoothed }) => !Number.isFinite(smoothed));
  const curve = lost < 0 ? judged : judged.slice(0, lost);
  const losses = curve.map(({ smoothed }) => smoothed);
  if (losses.length < fewest || lowest(losses) === 0) return undefined;
  const rate = (rule: (losses: readonly number[]) => number) => curve[rule(losses)]?.learningRate ?? Number.NaN;
  return { valley: rate(rules.valley), steepest: rate(rules.steepest), minimum: rate(rules.minimum) / 10 };
}

/** Each gives the index of a point. */
const rules = {
  steepest: (losses: readonly number[]) => lowest(differences(losses)),
  valley: (losses: readonly number[]) => {
    const { end, length } = longestFall(losses);
    // As if the fall's points lay side by side, and half of its length as fastai rounds it.
    return Math.max(0, end - length + Math.floor(length / 3) + Math.floor(length / 6));
  },
  minimum: (losses: readonly number[]) => lowest(losses),
};

/** From each point to the next. The rates lie evenly on their log scale: the steps are all of one width. */
const differences = (values: readonly number[]): readonly number[] =>
  values.slice(1).map((value, index) => value - (values[index] ?? 0));

/** The longest sequence of points, not always neighbours, each below the one before: its length, and its last index. */
function longestFall(values: readonly number[]): { readonly end: number; readonly length: number } {
  const lengths: number[] = [];
  for (const value of values) {
    const above = lengths.filter((_, earlier) => (values[earlier] ?? 0) > value);
    lengths.push(1 + Math.max(0, ...above));
  }
  const length = Math.max(...lengths);
  return { end: lengths.indexOf(length), length };
}

const lowest = (values: readonly number[]): number => values.indexOf(Math.min(...values));
