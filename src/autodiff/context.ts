import type { GraphBuilder, Value } from "../onnx/builder.ts";
import type { Node } from "../onnx/graph.ts";
import { attributesOf, bareName, isKnownOp, isVariadic, type OpName, type OpSpec, ops } from "../onnx/ops.ts";
import { zerosLike } from "./extents.ts";
import type { Gradient, GradientContext, GradientEntry } from "./rule.ts";
import { gradientRules } from "./rules.ts";

/** The rules of an op by the bare names of its inputs, all of them read with the widest context. */
type Row = Readonly<Record<string, GradientEntry<OpName>>>;

const rows: { readonly [O in OpName]: object } = gradientRules;

/** The entry for input number `at` of a node of this op. */
export function entryOf(op: OpName, at: number): GradientEntry<OpName> | undefined {
  const name = nameAt(ops[op].inputs, at);
  return name === undefined ? undefined : (rows[op] as Row)[bareName(name)];
}

/** The same for a node; undefined where Regraft does not know the op. */
export const entryFor = ({ domain, op }: Node, at: number): ReturnType<typeof entryOf> =>
  domain === "" && isKnownOp(op) ? entryOf(op, at) : undefined;

/** The name at a position of a spec; a variadic name stands for all positions from its own on. */
export function nameAt(names: readonly string[], at: number): string | undefined {
  const last = names.at(-1);
  return names[at] ?? (last !== undefined && isVariadic(last) ? last : undefined);
}

/** One node on the way back: emits the gradients of its inputs, which may share what they need in common. */
export class NodeGradients {
  readonly #block: number | undefined;
  readonly #shared = new Map<string, unknown>();
  readonly #named: Readonly<Record<string, unknown>>;

  /** @param outputGradients by output position; at least one is there */
  constructor(
    g: GraphBuilder,
    op: OpName,
    node: Node,
    {
      outputGradients,
      block,
    }: { readonly outputGradients: readonly (Value | undefined)[]; readonly block: number | undefined },
  ) {
    this.#block = block;
    const spec: OpSpec = ops[op];
    const outputs = valuesOf(g, node.outputs);
    const gradients = outputs.map((Y, at) => outputGradients[at] ?? (at === 0 && Y ? zerosLike(g, Y) : undefined));
    this.#named = {
      ...byName(spec.inputs, valuesOf(g, node.inputs)),
      ...byName(spec.outputs, outputs),
      ...byName(spec.outputs.map(gradientName), variadic(spec.outputs) ? outputGradients : gradients),
      attributes: attributesOf(op, node.attributes),
      g,
      node,
    };
  }

  /** Emits the gradient of input number `at` by this rule. */
  of(rule: Gradient<OpName>, at: number): Value {
    return rule({ ...this.#named, at, block: this.#block, once: this.#once } as GradientContext<OpName>);
  }

  readonly #once = <T>(key: string, make: () => T): T => {
    if (!this.#shared.has(key)) this.#shared.set(key, make());
    return this.#shared.get(key) as T;
  };
}

const variadic = (names: readonly string[]): boolean => names.some(isVariadic);
const gradientName = (output: string): string => `d${output.charAt(0).toUpperCase()}${output.slice(1)}`;

const valuesOf = (g: GraphBuilder, names: readonly string[]): readonly (Value | undefined)[] =>
  names.map((name) => (name === "" ? undefined : g.value(name)));

/** Values under the bare names of a spec; a variadic name takes all that are left. */
function byName<V>(names: readonly string[], values: readonly V[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    names.map((name, at) => [bareName(name), isVariadic(name) ? values.slice(at) : values[at]] as const),
  );
}
