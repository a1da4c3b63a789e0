import type { Random } from "../../base/random.ts";
import type { Shape, StaticShape } from "../../base/shape.ts";
import type { GraphBuilder, Value } from "../../onnx/builder.ts";
import type { OpName } from "../../onnx/ops.ts";

/** What a case builds its forward graph with. */
export interface CaseBuilder {
  readonly g: GraphBuilder;
  /** A float32 input that is differentiated. Symbolic extents stand for those of `extents`. */
  x(name: string, shape: Shape, sampler?: Sampler): Value;
  /** A float32 input that is not differentiated. */
  fixed(name: string, shape: Shape, sampler?: Sampler): Value;
  /** An int64 input. */
  indices(name: string, values: readonly number[], shape?: StaticShape): Value;
  /** A bool input. */
  mask(name: string, values: readonly boolean[], shape?: StaticShape): Value;
}

/** Builds a tiny graph around one op and returns what is differentiated: every float output of it. */
export type GradientCase = (builder: CaseBuilder) => readonly Value[];

/** No input of the op has a gradient: steps, comparisons, shapes, constants. */
export const notDifferentiable = "notDifferentiable";

/** Cases by name for each op, so that a forgotten op does not compile. */
export type GradientCases<O extends OpName = OpName> = {
  readonly [K in O]: Readonly<Record<string, GradientCase>> | typeof notDifferentiable;
};

/** What the symbolic extents are when a case runs. */
export const extents: Readonly<Record<string, number>> = { N: 2, L: 3 };

/** Draws the elements of an input, away from where its op has no derivative. */
export type Sampler = (random: Random, size: number) => readonly number[];

export const uniform =
  (min: number, max: number): Sampler =>
  (random, size) =>
    Array.from({ length: size }, () => random.uniform(min, max));

/** Uniform in [-3.5, 3.5), at least 0.05 from each kink. */
export const awayFrom =
  (...kinks: readonly number[]): Sampler =>
  (random, size) =>
    Array.from({ length: size }, () => {
      for (;;) {
        const value = random.uniform(-3.5, 3.5);
        if (kinks.every((kink) => Math.abs(value - kink) > 0.05)) return value;
      }
    });

/** Multiples of 0.1 around 0, each once, in random order, moved by `offset`: no two are equal, nor near. */
export const onGrid =
  (offset = 0): Sampler =>
  (random, size) =>
    random.shuffle(Array.from({ length: size }, (_, at) => (at - Math.floor(size / 2)) * 0.1 + offset));

/** For logarithms, roots, denominators, variances. */
export const positive: Sampler = uniform(0.4, 2);
