import { tickCount } from "./drawer.ts";

/** The numbers that an axis may be divided by, as shares: each multiple of one is easy to read. */
const shareSteps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.25] as const;

/**
 * Shares from the last tick below the lowest to the first above the highest, so that both ends of the axis have a number.
 *
 * @param low the lowest share, from 0 · @param high the highest, by default 1
 */
export function shareScale(low: number, high = 1) {
  const count = (step: number) => Math.ceil(high / step - 1e-9) - Math.floor(low / step + 1e-9);
  const step = shareSteps.find((one) => count(one) <= tickCount) ?? 0.25;
  const parts = Math.max(1, count(step));
  const last = Math.max(parts, Math.ceil(high / step - 1e-9));
  const ticks = Array.from({ length: parts + 1 }, (_, at) => Number(((last - parts + at) * step).toFixed(2)));
  return { domain: [ticks[0] ?? 0, ticks.at(-1) ?? 1], ticks, tickFormat: "~%" };
}

/** Where one value is so far above the others that it would press them flat: more than this times the middle one. */
const spike = 4;

/** Whether values are read better by their ratios: one of them towers over the rest, and none is 0. */
export function isSpiked(values: readonly number[]): boolean {
  const sorted = [...values].sort((a, b) => a - b);
  const [lowest = 0, middle = 0, highest = 0] = [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  return lowest > 0 && highest > spike * middle;
}

/** A logarithmic axis from the 1, 2 or 5 (times a power of ten) below the lowest value to that above the highest. */
export function ratioScale(values: readonly number[]) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const powers = Array.from({ length: 40 }, (_, at) => at - 20);
  const round = powers.flatMap((power) => [1, 2, 5].map((digit) => Number(`${digit}e${power}`)));
  const from = round.findLast((tick) => tick <= low) ?? low;
  const to = round.find((tick) => tick >= high) ?? high;
  const inside = round.filter((tick) => tick >= from && tick <= to);
  const ticks = inside.length > 2 * tickCount ? inside.filter((tick) => Math.log10(tick) % 1 === 0) : inside;
  return { type: "log" as const, domain: [from, to], ticks, tickFormat: String };
}
