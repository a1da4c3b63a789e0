import type { DType } from "../base/dtype.ts";
import { GraphError } from "../base/errors.ts";
import type { Shape, StaticShape } from "../base/shape.ts";
import { floats, ints, type Tensor } from "../base/tensor.ts";
import type { Attribute, Attributes, Graph, Node, ValueInfo } from "./graph.ts";
import { type AttributeOptions, bareName, isVariadic, type OpName, type OpSpec, ops } from "./ops.ts";
import { inferNode } from "./shapes/infer.ts";
import type { Known } from "./shapes/known.ts";

/** A tensor inside a graph under construction: its name and what is known of it. */
export interface Value extends Known {
  /** Told apart from attribute objects in argument lists. */
  readonly isValue: true;
}

type InputTuple<Names> = Names extends readonly [infer Head extends string, ...infer Rest extends readonly string[]]
  ? Head extends `${string}...`
    ? readonly Value[]
    : Head extends `${string}?`
      ? readonly [] | readonly [Value | undefined, ...InputTuple<Rest>]
      : readonly [Value, ...InputTuple<Rest>]
  : readonly [];

type OpArguments<O extends OpName> =
  | InputTuple<(typeof ops)[O]["inputs"]>
  | readonly [...InputTuple<(typeof ops)[O]["inputs"]>, AttributeOptions<O>];

/** `g.Conv(X, W, B, { strides: [2, 2] })`: one method per op, returning its first output. */
type OpMethods = { readonly [O in OpName]: (...args: OpArguments<O>) => Value };

/** What a builder does besides the ops. */
export interface BuilderCore {
  /** Declares a graph input. */
  input(name: string, dtype: DType, shape: Shape | undefined): Value;
  /** Adds a named weight or constant. */
  initializer(name: string, value: Tensor): Value;
  /** Adds an unnamed constant; equal small constants are shared. */
  constant(value: Tensor): Value;
  /** float32 constant, a scalar unless `shape` is given. */
  float(value: number): Value;
  /** int64 vector constant: axes, shapes, pads. */
  ints(values: readonly number[], shape?: StaticShape): Value;
  /** A node with all of its outputs, for ops that have several. `outputs` counts them. */
  outputs<O extends OpName>(
    op: O,
    inputs: readonly (Value | undefined)[],
    attributes: AttributeOptions<O>,
    outputs: number,
  ): readonly Value[];
  /** Copies a node of another graph; its inputs must exist here under the same names. Its outputs keep their names. */
  copy(node: Node): readonly Value[];
  /** The value of this name. @throws {GraphError} "bad-graph" where there is none */
  value(name: string): Value;
  has(name: string): boolean;
  /** The nodes so far, in topological order. */
  nodes(): readonly Node[];
  /** Gives `value` a fixed public name by an Identity node; a way to name graph outputs. */
  named(name: string, value: Value): Value;
  /** Puts `scope` and a slash in front of the names of the nodes that `emit` makes. Tensors keep their names. */
  within<T>(scope: string, emit: () => T): T;
  /** The finished graph with these outputs, in this order. */
  build(outputs: readonly Value[]): Graph;
}

export type GraphBuilder = OpMethods & BuilderCore;

export interface BuilderOptions {
  readonly name?: string;
  /** Prefix of generated tensor and node names, so that two builders over one graph never collide. */
  readonly prefix?: string;
  /** Versions of other domains, as in `Graph`. */
  readonly domains?: Graph["domains"];
}

/** Starts an empty graph. */
export function graphBuilder({ name = "graph", prefix = "", domains }: BuilderOptions = {}): GraphBuilder {
  const core = new Builder(name, prefix, domains);
  const call = (op: OpName) => [op, (...args: readonly unknown[]) => core.call(op, args)] as const;
  const methods = Object.fromEntries((Object.keys(ops) as OpName[]).map(call)) as unknown as OpMethods;
  const bound: BuilderCore = {
    input: (...args) => core.input(...args),
    initializer: (...args) => core.initializer(...args),
    constant: (value) => core.constant(value),
    float: (value) => core.constant(floats([value], [])),
    ints: (values, shape) => core.constant(ints(values, shape)),
    outputs: (op, inputs, attributes, count) => core.add(op, inputs, attributes, count),
    copy: (node) => core.copy(node),
    value: (valueName) => core.value(valueName),
    has: (valueName) => core.has(valueName),
    nodes: () => core.nodes(),
    named: (valueName, value) => core.named(valueName, value),
    within: (scope, emit) => core.within(scope, emit),
    build: (outputs) => core.build(outputs),
  };
  return { ...methods, ...bound };
}

/** Starts with the inputs, initializers and nodes of `graph`; its outputs are named again in `build`. */
export function extend(graph: Graph, { prefix }: { readonly prefix: string }): GraphBuilder {
  const g = graphBuilder({ name: graph.name, prefix, domains: graph.domains });
  for (const { name, dtype, shape } of graph.inputs) g.input(name, dtype, shape);
  for (const [name, value] of graph.initializers) g.initializer(name, value);
  for (const node of graph.nodes) g.copy(node);
  return g;
}

const isValue = (item: unknown): item is Value => typeof item === "object" && item !== null && "isValue" in item;

class Builder {
  readonly #name: string;
  readonly #prefix: string;
  readonly #domains: Graph["domains"];
  readonly #values = new Map<string, Value>();
  readonly #inputs: ValueInfo[] = [];
  readonly #nodes: Node[] = [];
  readonly #initializers = new Map<string, Tensor>();
  readonly #shared = new Map<string, Value>();
  readonly #counts = new Map<string, number>();
  /** In front of the names of nodes. */
  #scope = "";

  constructor(name: string, prefix: string, domains: Graph["domains"]) {
    this.#name = name;
    this.#prefix = prefix;
    this.#domains = domains;
  }

  input(name: string, dtype: DType, shape: Shape | undefined): Value {
    this.#inputs.push({ name, dtype, shape });
    return this.#remember({ name, dtype, shape, isValue: true });
  }

  initializer(name: string, value: Tensor): Value {
    const { dtype, shape } = value;
    const known = this.#remember({ name, dtype, shape, isValue: true, constant: value });
    this.#initializers.set(name, value);
    return known;
  }

  constant(value: Tensor): Value {
    const small = value.data.length <= 16;
    const key = small
      ? `${value.dtype}[${value.shape}]${[...value.data].map((x) => (Object.is(x, -0) ? "-0" : x))}`
      : "";
    const known = small ? this.#shared.get(key) : undefined;
    if (known) return known;
    const made = this.initializer(this.#fresh("const"), value);
    if (small) this.#shared.set(key, made);
    return made;
  }

  call(op: OpName, args: readonly unknown[]): Value {
    const last = args.at(-1);
    const hasAttributes = last !== undefined && !isValue(last);
    const inputs = (hasAttributes ? args.slice(0, -1) : args) as readonly (Value | undefined)[];
    const [first] = this.add(op, inputs, (hasAttributes ? last : {}) as AttributeOptions<OpName>, 1);
    return first as Value;
  }

  add(
    op: OpName,
    inputs: readonly (Value | undefined)[],
    options: Readonly<Record<string, unknown>>,
    count: number,
  ): readonly Value[] {
    const name = this.#fresh(op);
    const outputs = Array.from({ length: count }, (_, at) => (at === 0 ? name : `${name}.${outputName(ops[op], at)}`));
    const names = inputs.map((value) => value?.name ?? "");
    while (names.at(-1) === "") names.pop();
    const attributes = tagged(op, options);
    return this.copy({ name: `${this.#scope}${name}`, op, domain: "", inputs: names, outputs, attributes });
  }

  copy(node: Node): readonly Value[] {
    const inputs = node.inputs.map((name) => (name === "" ? undefined : this.value(name)));
    this.#nodes.push(node);
    const made = inferNode(node, inputs);
    return made.map((info) =>
      info.name === "" ? { ...info, isValue: true } : this.#remember({ ...info, isValue: true }),
    );
  }

  value(name: string): Value {
    const known = this.#values.get(name);
    if (known) return known;
    throw new GraphError("bad-graph", `No tensor "${name}" exists at this point of the graph.`);
  }

  nodes(): readonly Node[] {
    return [...this.#nodes];
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  named(name: string, value: Value): Value {
    const scoped = `${this.#scope}${name}`;
    const inputs = [value.name];
    return this.copy({ name: scoped, op: "Identity", domain: "", inputs, outputs: [name], attributes: {} })[0] as Value;
  }

  within<T>(scope: string, emit: () => T): T {
    const outer = this.#scope;
    this.#scope = `${outer}${scope}/`;
    try {
      return emit();
    } finally {
      this.#scope = outer;
    }
  }

  build(outputs: readonly Value[]): Graph {
    return {
      name: this.#name,
      inputs: [...this.#inputs],
      outputs: outputs.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
      nodes: [...this.#nodes],
      initializers: new Map(this.#initializers),
      ...(this.#domains ? { domains: this.#domains } : {}),
    };
  }

  #remember(value: Value): Value {
    if (this.#values.has(value.name)) {
      throw new GraphError("bad-graph", `The tensor name "${value.name}" is used twice.`);
    }
    this.#values.set(value.name, value);
    return value;
  }

  #fresh(stem: string): string {
    for (;;) {
      const count = (this.#counts.get(stem) ?? 0) + 1;
      this.#counts.set(stem, count);
      const name = `${this.#prefix}${stem}_${count}`;
      if (!this.#values.has(name)) return name;
    }
  }
}

/** The name of output number `at`; outputs of a variadic op are numbered. */
function outputName({ outputs }: OpSpec, at: number): string {
  const name = outputs[at];
  return name === undefined || isVariadic(name) ? String(at) : bareName(name);
}

/** Plain attribute values with the kinds of the op's spec; undefined ones left out. */
export function tagged(op: OpName, options: Readonly<Record<string, unknown>>): Attributes {
  const specs: OpSpec["attributes"] = ops[op].attributes;
  const entries = Object.entries(options)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => {
      const kind = specs[name]?.kind;
      if (kind === undefined) throw new GraphError("bad-graph", `${op} has no attribute "${name}".`);
      return [name, { kind, value } as Attribute] as const;
    });
  return Object.fromEntries(entries);
}
