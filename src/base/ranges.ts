/** Whole numbers from the first to the last, both included. */
export type Range = readonly [first: number, last: number];

/** Rising whole numbers as ranges: [0, 1, 2, 5] is [[0, 2], [5, 5]]. */
export function rangesOf(numbers: readonly number[]): readonly Range[] {
  const ranges: (readonly [number, number])[] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last && number === last[1] + 1) ranges[ranges.length - 1] = [last[0], number];
    else ranges.push([number, number]);
  }
  return ranges;
}

/** The numbers of some ranges, one range after another. */
export const numbersIn = (ranges: readonly Range[]): readonly number[] =>
  ranges.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, at) => first + at));
