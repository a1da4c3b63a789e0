import { meantName } from "../base/suggestion.ts";
import type { Unfreeze } from "../rewrite/trainable.ts";
import type { BenchMode } from "../tasks/bench/mode.ts";
import type { ClassWeights } from "../tasks/class-weights.ts";
import type { Budget } from "../tasks/compare/strategies.ts";
import type { CheckpointPace } from "../training/callbacks/checkpoint.ts";
import { BadValue } from "./flag.ts";

interface Bounds {
  readonly min?: number;
  readonly max?: number;
  readonly above?: number;
  readonly below?: number;
}

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A number inside its bounds. */
export const number =
  (bounds: Bounds = {}) =>
  (text: string): number =>
    bounded("a number", text, bounds, () => true);

/** A whole number inside its bounds. */
export const wholeNumber =
  (bounds: Bounds = {}) =>
  (text: string): number =>
    bounded("a whole number", text, bounds, Number.isSafeInteger);

/** Text that says something. */
export const text = (given: string): string => {
  if (given.trim() === "") throw new BadValue("must not be empty");
  return given;
};

/** One of some words; the words on the left are what is typed, those on the right what is meant. */
export function oneOf<const T extends string>(choices: Readonly<Record<string, T>>): (text: string) => T {
  return (given) => {
    const chosen = Object.hasOwn(choices, given) ? choices[given] : undefined;
    if (chosen === undefined) throw noneOf(Object.keys(choices), given);
    return chosen;
  };
}

/** @param phrase what else is taken, after the words */
const noneOf = (words: readonly string[], given: string, phrase = ""): BadValue =>
  new BadValue(`must be one of ${words.join(", ")}${phrase}, not "${given}"`, { hint: meant(given, words) });

function meant(given: string, words: readonly string[]): string | undefined {
  const name = meantName(given.trim(), words);
  return name === undefined ? undefined : `Did you mean ${name}?`;
}

/** "256,64" to [256, 64]. */
export const listOf =
  <T>(parse: (text: string) => T) =>
  (given: string): readonly T[] =>
    given.split(",").map((item) => parse(item.trim()));

/** A share of the data, 0 < x < 1, or a folder. A folder that is named like a number is written ./20. */
export function folderOrFraction(given: string): string | number {
  if (!decimal.test(given.trim())) return text(given);
  return number({ above: 0, below: 1 })(given);
}

const last = /^last\s*[:=\s]?\s*(.*)$/i;

/** "all", "none", "last 3" or "last:3" (layers with weights, from the end), or the name of a node. */
export function unfreeze(given: string): Unfreeze {
  const wanted = text(given).trim();
  if (wanted === "all" || wanted === "none") return wanted;
  const count = last.exec(wanted)?.[1];
  if (count === "") throw new BadValue('needs a number of layers after "last": "last 3", or last:3');
  if (count !== undefined && decimal.test(count)) return { lastLayers: wholeNumber({ min: 1 })(count) };
  return { from: wanted };
}

/** "full", "head", "forward", "last 3" or "last:3". */
export function benchMode(given: string): BenchMode {
  const wanted = given.trim();
  if (wanted === "full" || wanted === "head" || wanted === "forward") return wanted;
  const count = last.exec(wanted)?.[1];
  if (count === undefined)
    throw new BadValue(`must be one of full, "last 3" (or last:3), head, forward, not "${given}"`, {
      hint: meant(given, ["full", "head", "forward"]),
    });
  if (count === "") throw new BadValue('needs a number of layers after "last": "last 3", or last:3');
  if (Number(count) === 0) throw new BadValue('must train a layer of the base: "last 1"; none of them is head');
  return { lastLayers: wholeNumber({ min: 1 })(count) };
}

/** "15" is so many epochs, "10m", "90s" or "1h" so long. */
export function budget(given: string): Budget {
  const { count, seconds } = countOrTime("epochs", given);
  return count === undefined ? { seconds } : { epochs: count };
}

/** "500" is after so many steps, "10m", "90s" or "1h" after so long. */
export function checkpointPace(given: string): CheckpointPace {
  const { count, seconds } = countOrTime("steps", given);
  return count === undefined ? { seconds } : { steps: count };
}

type CountOrTime =
  | { readonly count: number; readonly seconds?: undefined }
  | { readonly count?: undefined; readonly seconds: number };

function countOrTime(what: string, given: string): CountOrTime {
  const [, amount, unit = ""] = /^\s*([\d.]+)\s*([smh]?)\s*$/i.exec(given) ?? [];
  if (amount === undefined) throw new BadValue(`must be a number of ${what}, or a time such as 10m, not "${given}"`);
  const seconds = { s: 1, m: 60, h: 3600 }[unit.toLowerCase()];
  if (seconds === undefined) return { count: wholeNumber({ min: 1 })(amount) };
  return { seconds: number({ above: 0 })(amount) * seconds };
}

/** "20" or "20%" is the share 0.2. */
export const percentage = (given: string): number => number({ above: 0, max: 100 })(given.replace(/%\s*$/, "")) / 100;

/** "balanced", or "ants=2,bees=1". */
export function classWeights(given: string): ClassWeights {
  if (given.trim() === "balanced") return "balanced";
  const weights = given.split(",").map((item) => {
    // A class may have the sign in its name: the last one counts.
    const [, name = "", weight = ""] = /^\s*(.+?)\s*=([^=]*)$/.exec(item) ?? [];
    if (name === "") {
      throw new BadValue(`must be balanced, or numbers by class as in ants=2,bees=1, not "${given}"`, {
        hint: meant(given, ["balanced"]),
      });
    }
    return [name, number({ above: 0 })(weight)] as const;
  });
  const twice = weights.find(([name], at) => weights.findIndex(([other]) => other === name) !== at);
  if (twice) throw new BadValue(`has "${twice[0]}" twice`);
  return Object.fromEntries(weights);
}

/** One of some words, or a number inside its bounds. */
export function wordOrNumber<const T extends string>(
  words: readonly T[],
  bounds: Bounds,
): (text: string) => T | number {
  return (given) => {
    const word = words.find((known) => known === given.trim());
    if (word !== undefined) return word;
    if (decimal.test(given.trim())) return number(bounds)(given);
    throw noneOf(words, given, `, or a number${phrase(bounds)}`);
  };
}

function bounded(kind: string, given: string, bounds: Bounds, isKind: (value: number) => boolean): number {
  const value = decimal.test(given.trim()) ? Number(given) : Number.NaN;
  const { min = -Infinity, max = Infinity, above = -Infinity, below = Infinity } = bounds;
  if (isKind(value) && value >= min && value <= max && value > above && value < below) return value;
  throw new BadValue(`must be ${kind}${phrase(bounds)}, not "${given}"`);
}

function phrase({ min, max, above, below }: Bounds): string {
  const parts = [
    min === undefined ? "" : ` from ${min}`,
    above === undefined ? "" : ` above ${above}`,
    max === undefined ? "" : ` up to ${max}`,
    below === undefined ? "" : ` below ${below}`,
  ];
  return parts
    .filter(Boolean)
    .join(min === undefined && above === undefined ? "" : " and")
    .replace(" and up", " up");
}
