import type { Random } from "../../src/base/random.ts";
import { type Tensor, tensor } from "../../src/base/tensor.ts";
import { widened } from "./widened.ts";

type Feeds = Readonly<Record<string, Tensor>>;

export interface Options {
  /** A scalar function of the feeds, in float64. */
  readonly loss: (feeds: Feeds) => number;
  readonly feeds: Feeds;
  /** The feed that is varied. */
  readonly name: string;
  readonly step?: number;
}

/**
 * The derivative along one direction, (f(x + h·v) - f(x - h·v)) / 2h. Its error is h²/6 · f''' + ε/h · f: with h = 1e-5
 * about 1e-10 for functions of moderate size.
 *
 * @param direction as many elements as the feed has
 */
export function directionalDerivative({ loss, feeds, name, step = 1e-5 }: Options, direction: Float64Array): number {
  const feed = feeds[name];
  if (!feed) throw new Error(`no feed "${name}"`);
  const { shape, data } = widened(feed);
  const at = (distance: number) => {
    const moved = Float64Array.from(direction, (slope, position) => Number(data[position]) + distance * slope);
    return loss({ ...feeds, [name]: tensor("float64", shape, moved) });
  };
  return (at(step) - at(-step)) / (2 * step);
}

/** The gradient by one feed: the derivative along each of its elements in turn. */
export function centralDifferences(options: Options): Float64Array {
  const size = options.feeds[options.name]?.data.length ?? 0;
  return Float64Array.from({ length: size }, (_, position) =>
    directionalDerivative(options, new Float64Array(size).fill(1, position, position + 1)),
  );
}

/** Above this many elements a gradient is not compared one by one. */
const oneByOne = 400;

/**
 * How far a gradient is from central differences: the largest difference relative to the largest element, or for a
 * large tensor the largest difference of slope along 8 random directions relative to the longest slope possible.
 */
export function gradientError(options: Options, gradient: Tensor, random: Random): number {
  if (gradient.data.length <= oneByOne) return distance(gradient.data, centralDifferences(options));
  const errors = Array.from({ length: 8 }, () => {
    const direction = Float64Array.from({ length: gradient.data.length }, random.normal);
    const { slope, scale } = slopeAlong(gradient.data, direction);
    return Math.abs(directionalDerivative(options, direction) - slope) / scale;
  });
  return Math.max(...errors);
}

/** What a gradient says of the slope along a direction, and the longest slope that it could be (at least 0.01). */
export function slopeAlong(gradient: Tensor["data"], direction: Float64Array) {
  const elements = Array.from<number | bigint, number>(gradient, Number);
  const slope = direction.reduce((sum, step, position) => sum + step * (elements[position] ?? Number.NaN), 0);
  return { slope, scale: Math.max(0.01, Math.hypot(...direction) * Math.hypot(...elements)) };
}

/** The largest difference, relative to the largest expected element (or to 0.01 where all are smaller). */
export function distance(actual: Tensor["data"], expected: Tensor["data"]): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  const wanted = Array.from<number | bigint, number>(expected, Number);
  const scale = Math.max(0.01, ...wanted.map(Math.abs));
  return Math.max(...wanted.map((value, position) => Math.abs(Number(actual[position]) - value) / scale));
}
