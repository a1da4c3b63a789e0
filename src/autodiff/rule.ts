import type { GraphBuilder, Value } from "../onnx/builder.ts";
import type { Node } from "../onnx/graph.ts";
import type { AttributeValues, InputName, OpName, ops } from "../onnx/ops.ts";

/** "X" of "X", "X?" and "X...": what `bareName` does, as a type. */
type Bare<S extends string> = S extends `${infer N}?` ? N : S extends `${infer N}...` ? N : S;

type InputText<O extends OpName> = (typeof ops)[O]["inputs"][number];
type OutputText<O extends OpName> = (typeof ops)[O]["outputs"][number];

/** A value of each name: optional ones may be undefined, variadic ones are arrays. */
type Named<S extends string, Absent = Value | undefined> = {
  readonly [T in S as Bare<T>]: T extends `${string}...` ? readonly Value[] : T extends `${string}?` ? Absent : Value;
};

/** `dY` of each output Y. The first output's is always there; that of an optional output only where one arrived. */
type OutputGradients<S extends string> = {
  readonly [T in S as `d${Capitalize<Bare<T>>}`]: T extends `${string}...`
    ? readonly (Value | undefined)[]
    : T extends `${string}?`
      ? Value | undefined
      : Value;
};

/** What every rule is given, whatever its op. */
export interface NodeContext {
  readonly g: GraphBuilder;
  readonly node: Node;
  /** Which of a variadic input's values is asked for, from 0. */
  readonly at: number;
  /** See `BackwardOptions.block`. */
  readonly block: number | undefined;
  /** Emits what several inputs' gradients share once per node: the first call with `key` makes it. */
  once<T>(key: string, make: () => T): T;
}

/** Inputs, outputs and output gradients of one node by ONNX's names, and its attributes with defaults. */
export type GradientContext<O extends OpName> = NodeContext &
  Named<InputText<O>> &
  Named<OutputText<O>> &
  OutputGradients<OutputText<O>> & { readonly attributes: AttributeValues<O> };

/**
 * Emits the gradient of one input. The result has the input's shape, or one that the input broadcasts to: `backward`
 * sums over broadcast axes, so that no rule needs to.
 *
 * @throws {NoGradient} where this node's attributes or shapes are not handled
 */
export type Gradient<O extends OpName> = (context: GradientContext<O>) => Value;

/** No gradient flows to this input: indices, shapes, conditions, steps. */
export const none = "none";

/** The input could have a gradient; the rule is not written. */
export interface Missing {
  readonly missing: string;
}

/** @param reason completes "no gradient, because ..." */
export const missing = (reason: string): Missing => ({ missing: reason });

export type GradientEntry<O extends OpName> = Gradient<O> | typeof none | Missing;

/** One row per op and one entry per input: a forgotten op or input does not compile. */
export type GradientRules = { readonly [O in OpName]: { readonly [I in InputName<O>]: GradientEntry<O> } };
