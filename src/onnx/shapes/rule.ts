import { formatShape, mostAxes, type Shape } from "../../base/shape.ts";
import type { AttributeValues, Bare, OpName, ops } from "../ops.ts";
import type { Inferred, Known, PartialShape } from "./known.ts";

/** The inputs of an op by ONNX's names; optional ones may be undefined, variadic ones are arrays. */
type RuleInputs<O extends OpName> = {
  readonly [S in (typeof ops)[O]["inputs"][number] as Bare<S>]: S extends `${string}...`
    ? readonly Known[]
    : S extends `${string}?`
      ? Known | undefined
      : Known;
};

/** What a shape rule is given: the inputs by name, the attributes with defaults, how many outputs the node has. */
export type RuleContext<O extends OpName> = RuleInputs<O> & {
  readonly attributes: AttributeValues<O>;
  readonly outputs: number;
};

type OutputTuple<Names> = Names extends readonly [infer Head extends string, ...infer Rest extends readonly string[]]
  ? Head extends `${string}...`
    ? readonly Inferred[]
    : readonly [Inferred, ...OutputTuple<Rest>]
  : readonly [];

/** dtype and shape of every output of an op, in order, whether the node asks for it or not. */
export type ShapeRule<O extends OpName> = (context: RuleContext<O>) => OutputTuple<(typeof ops)[O]["outputs"]>;

/** One row per op: a forgotten op or output does not compile. */
export type ShapeRules = { readonly [O in OpName]: ShapeRule<O> };

/** Shapes that a rule cannot combine. `inferNode` turns it into a GraphError that names the node and its inputs. */
export class ShapeConflict extends Error {}

/** @throws {ShapeConflict} unless `condition` holds */
export function demand(condition: boolean, message: () => string): asserts condition {
  if (!condition) throw new ShapeConflict(message());
}

/** What has more axes is no tensor of a network, and is not listed. @throws {ShapeConflict} */
export const requireAxes = (count: number): void => demand(count <= mostAxes, () => `${count} axes`);

/** An axis counted from the front, whatever sign it was given with. `rank` may be that of the output. */
export function axisOf(axis: number, rank: number): number {
  demand(Number.isInteger(axis) && axis >= -rank && axis < rank, () => `axis ${axis} is outside of rank ${rank}`);
  return axis < 0 ? axis + rank : axis;
}

/** Several axes, counted from the front. */
export function axesOf(axes: readonly number[], rank: number): readonly number[] {
  const positive = axes.map((axis) => axisOf(axis, rank));
  demand(new Set(positive).size === axes.length, () => `axes ${formatShape(axes)} name one axis twice`);
  return positive;
}

/** A partial shape as a shape, where all extents are known at least by name. */
export const whole = (shape: PartialShape): Shape | undefined =>
  shape.every((dim) => dim !== undefined) ? (shape as Shape) : undefined;
