import { checkNumber, refuseUnknown } from "../base/options.ts";
import { random } from "../base/random.ts";

export interface SplitOptions {
  /** Part of each class that is held out, more than 0 and less than 1. */
  readonly fraction: number;
  readonly seed: number;
}

export interface Split {
  /** Example indices, rising; every index is in exactly one of the two. */
  readonly train: readonly number[];
  readonly val: readonly number[];
}

/**
 * Holds out the same part of every class, drawn by the seed. A class of two or more has at least one example on each
 * side; a class of one goes to training.
 *
 * @param labels class index of each example
 * @throws {UsageError} "bad-option"
 */
export function stratifiedSplit(labels: readonly number[], { fraction, seed, ...rest }: SplitOptions): Split {
  refuseUnknown("stratifiedSplit", rest);
  checkNumber("fraction", fraction, { moreThan: 0, lessThan: 1 });
  const all = [...labels.keys()];
  const held = new Set<number>();
  for (const label of new Set(labels)) {
    const members = all.filter((index) => labels[index] === label);
    const count = Math.min(members.length - 1, Math.max(1, Math.round(members.length * fraction)));
    const order = random(seed).fork("split", label).shuffle(members);
    for (const index of order.slice(0, count)) held.add(index);
  }
  return { train: all.filter((index) => !held.has(index)), val: all.filter((index) => held.has(index)) };
}
