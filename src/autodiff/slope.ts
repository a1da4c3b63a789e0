/** A function of one step, computed in float32: the loss as one tensor is moved along a direction. */
export type Line = (step: number) => Promise<number>;

export interface LineOptions {
  /** The value at step 0. */
  readonly start: number;
  /** How far rounding moves the value; see `roundingOf`. */
  readonly rounding: number;
  /** The largest step, above 0. */
  readonly widest: number;
}

/** What central differences found. */
export interface Slope {
  readonly slope: number;
  /** How far off it may be, as the differences themselves tell. */
  readonly uncertainty: number;
}

/** Each step is this part of the one before: wide ones drown rounding, narrow ones avoid curvature and kinks. */
const shrink = 1 / 4;
const steps = 6;

/**
 * The slope of a line at 0 by central differences at several steps, each two of them extrapolated to step 0 (Richardson).
 * Of these, the one with the least uncertainty is taken: its distance to its neighbours, plus what rounding does at that
 * step, plus half of the jump that the slope makes at 0, where a ReLU or MaxPool bends there.
 *
 *     D(h) = (f(h) − f(−h)) / 2h = f' + O(h²),                R(h) = (16·D(h) − D(4h)) / 15
 *     B(h) = (f(h) + f(−h) − 2·f(0)) / h = jump + f''·h,      jump = (4·B(h) − B(4h)) / 3
 */
export async function measureSlope(line: Line, { start, rounding, widest }: LineOptions): Promise<Slope> {
  const samples: Sample[] = [];
  for (let k = 0; k < steps; k++) samples.push(await sampled(line, start, widest * shrink ** k));
  const refined = samples.slice(1).map((narrow, k) => refinedFrom(samples[k] ?? narrow, narrow));
  const judged = refined.map(({ step, slope, jump }, k) => {
    const neighbours = [refined[k - 1], refined[k + 1]].flatMap((other) =>
      other ? [Math.abs(other.slope - slope)] : [],
    );
    return { slope, uncertainty: Math.max(...neighbours) + Math.abs(jump) / 2 + rounding / step };
  });
  return judged.reduce((best, one) => (one.uncertainty < best.uncertainty ? one : best));
}

/**
 * How far rounding moves the value of a line: its spread over steps that are too small to matter.
 *
 * @returns at least one unit in the last place of a float32
 */
export async function roundingOf(
  line: Line,
  { start, widest }: Pick<LineOptions, "start" | "widest">,
): Promise<number> {
  const values = [start];
  for (const k of [1, 2, 3, -1, -2, -3]) values.push(await line(widest * 1e-7 * k));
  return Math.max(Math.max(...values) - Math.min(...values), Math.abs(start) * 2 ** -23);
}

interface Sample {
  readonly step: number;
  readonly slope: number;
  /** The slope behind 0 minus the slope before it. */
  readonly bend: number;
}

async function sampled(line: Line, start: number, step: number): Promise<Sample> {
  const [ahead, behind] = [await line(step), await line(-step)];
  return { step, slope: (ahead - behind) / (2 * step), bend: (ahead + behind - 2 * start) / step };
}

const refinedFrom = (wide: Sample, narrow: Sample) => ({
  step: narrow.step,
  slope: (16 * narrow.slope - wide.slope) / 15,
  jump: (4 * narrow.bend - wide.bend) / 3,
});
