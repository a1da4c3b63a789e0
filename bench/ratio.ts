import { median } from "../src/base/median.ts";

/** Numbers by round. */
export type ByRound = ReadonlyMap<number, number>;

/** Ours divided by another's. */
export interface Ratio {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  /** In which both were measured. */
  readonly rounds: number;
}

/** The ratios of the rounds in which both were measured, side by side; undefined where there is none. */
export function ratio(ours: ByRound, theirs: ByRound): Ratio | undefined {
  const ratios = [...ours].flatMap(([round, value]) => {
    const other = theirs.get(round);
    return other === undefined ? [] : [value / other];
  });
  if (ratios.length === 0) return undefined;
  return {
    median: median(ratios),
    least: Math.min(...ratios),
    most: Math.max(...ratios),
    rounds: ratios.length,
  };
}

/** Who has the least median. The best of each round instead would choose whoever noise had favoured. */
export function best<C extends string>(measured: ReadonlyMap<C, ByRound>): C | undefined {
  const medians = [...measured]
    .filter(([, values]) => values.size > 0)
    .map(([who, values]) => [who, middle(values)] as const);
  return medians.sort(([, a], [, b]) => a - b)[0]?.[0];
}

export const middle = (values: ByRound): number => median([...values.values()]);
