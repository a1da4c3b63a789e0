import { GraphError, ModelError } from "../base/errors.ts";
import { suggestion } from "../base/suggestion.ts";
import type { Tensor } from "../base/tensor.ts";
import { readsOf } from "../onnx/file/sort.ts";
import { type Attributes, consumers, type Graph, type Model, type Node, OPSET } from "../onnx/graph.ts";
import { isKnownOp, type OpSpec, ops, specOf } from "../onnx/ops.ts";
import { passedOpNames, passedSince } from "../onnx/passed-ops.ts";
import { inferNode } from "../onnx/shapes/infer.ts";
import type { Known } from "../onnx/shapes/known.ts";
import type { LoweringContext } from "./lowering/emitter.ts";
import { isLowered, lower } from "./lowering/lowerings.ts";
import { freshNames, labelOf, tensorNames } from "./names.ts";
import { unfolded } from "./taken-branch.ts";
import { upgrades } from "./upgrades.ts";

/** The oldest opset that is read: below it, ops broadcast and normalize by rules of their own. */
const OLDEST_OPSET = 7;
/** The newest opset that is read, as onnxruntime 1.30; from 22 on the ops of `OPSET` only gained types. */
const NEWEST_OPSET = 26;

/**
 * Rewrites a model of opset 7 to 26 into the form of `OPSET`, so that no later step asks for versions, and quantised and
 * fused ops into plain ones. Nodes that hold graphs give way to the nodes that are run. Nodes of other domains, and of
 * ONNX's ops that are not looked into, pass as they are: onnxruntime runs them.
 *
 * @throws {GraphError} "unsupported-attribute" · "unknown-op"
 * @throws {ModelError} "unsupported-opset" · "unsupported-model", also for an If whose branch is not known
 */
export function raiseOpset({ nodeOpsets = new Map(), ...model }: Model): Model {
  const version = model.opsets.get("") ?? OPSET;
  for (const one of [version, ...nodeOpsets.values()]) {
    if (one < OLDEST_OPSET || one > NEWEST_OPSET) throw wrongOpset(one);
  }
  const versionOf = ({ name }: Node): number => nodeOpsets.get(name) ?? version;
  const isRaised = model.graph.nodes.every(
    (node) => !isLowered(node) && !isUnfolded(node) && rowsOf(node, versionOf(node)).length === 0,
  );
  const graph = isRaised ? model.graph : raised(model.graph, versionOf);
  const domains = new Map([...model.opsets].filter(([domain]) => domain !== ""));
  const nodes = graph.nodes.map((node) => withoutIdleAttributes(checkedNode(node, versionOf(node))));
  return {
    ...model,
    graph: domains.size > 0 ? { ...graph, nodes, domains } : { ...graph, nodes },
    opsets: new Map([...model.opsets, ["", OPSET]]),
  };
}

function raised(graph: Graph, versionOf: (node: Node) => number): Graph {
  const initializers = new Map(graph.initializers);
  const values = new Map<string, Known>(graph.inputs.map((input) => [input.name, input]));
  const read = new Set([...graph.nodes.flatMap(namesRead), ...graph.outputs.map(({ name }) => name)]);
  const context = contextOf(graph, { values, initializers, read });
  const nodes: Node[] = [];
  const add = (node: Node): void => {
    nodes.push(node);
    const inputs = node.inputs.map((name) => (name === "" ? undefined : context.known(name)));
    for (const output of inferNode(node, inputs)) values.set(output.name, output);
  };
  const raise = (old: Node): void => {
    const inside = isUnfolded(old) ? unfolded[old.op]?.(old, context) : undefined;
    for (const name of inside?.flatMap(namesRead) ?? []) read.add(name);
    if (inside) inside.forEach(raise);
    else for (const node of upgrade(old, versionOf(old), context)) add(checkedNode(node, versionOf(old)));
  };
  graph.nodes.forEach(raise);
  const dtypeOf = (name: string) => context.known(name)?.dtype;
  const outputs = graph.outputs.map((output) =>
    context.quantised.has(output.name) ? { ...output, dtype: dtypeOf(output.name) ?? output.dtype } : output,
  );
  return { ...graph, outputs, nodes, initializers };
}

const namesRead = (node: Node): readonly string[] => [...readsOf(node)];

const isUnfolded = ({ domain, op }: Node): boolean => domain === "" && Object.hasOwn(unfolded, op);

interface Walk {
  readonly values: ReadonlyMap<string, Known>;
  readonly initializers: Map<string, Tensor>;
  readonly read: ReadonlySet<string>;
}

function contextOf(graph: Graph, { values, initializers, read }: Walk): LoweringContext {
  const readers = consumers(graph);
  const given = new Set(graph.outputs.map(({ name }) => name));
  const fresh = freshNames(new Set([...tensorNames(graph), ...graph.nodes.map(({ name }) => name)]));
  return {
    fresh,
    constant: (stem, value) => {
      const name = fresh(stem);
      initializers.set(name, value);
      return name;
    },
    known: (name) => values.get(name) ?? ofTensor(name, initializers.get(name)),
    isRead: (name) => read.has(name),
    define: (name, value) => initializers.set(name, value),
    leadsOut: (name) => leadsOut(name, readers, given),
    quantised: new Map(),
  };
}

/** What may stand between a classifier's last product and the graph's output. */
const last: ReadonlySet<string> = new Set(["DequantizeLinear", "Flatten", "Identity", "Reshape", "Softmax", "Squeeze"]);

function leadsOut(name: string, readers: ReadonlyMap<string, readonly Node[]>, given: ReadonlySet<string>): boolean {
  const behind = readers.get(name) ?? [];
  if (behind.length === 0) return given.has(name);
  return behind.every(({ op, outputs: [output = ""] }) => last.has(op) && leadsOut(output, readers, given));
}

const ofTensor = (name: string, value: Tensor | undefined): Known | undefined =>
  value && { name, dtype: value.dtype, shape: value.shape, constant: value };

/** A node's rows of the table one after another, oldest first; nodes of other ops that a row made are in today's form. */
function upgrade(node: Node, version: number, context: LoweringContext): readonly Node[] {
  const lowered = lower(node, context);
  if (lowered) return lowered;
  return rowsOf(node, version).reduce<readonly Node[]>(
    (nodes, { apply }) => nodes.flatMap((made) => (made.op === node.op ? apply(made, context) : [made])),
    [node],
  );
}

function rowsOf(node: Node, version: number) {
  const rows = node.domain === "" && Object.hasOwn(upgrades, node.op) ? upgrades[node.op] : undefined;
  return (rows ?? []).filter(({ before }) => version < before);
}

/** @throws {GraphError} "unknown-op" · "unsupported-attribute" · {ModelError} "unsupported-model" */
function checkedNode(node: Node, version: number): Node {
  const spec = specOf(node);
  if (!spec) return checkedPassed(node, version);
  for (const [name, { kind, value }] of Object.entries(node.attributes)) {
    if (isIdle(node.op, name, value)) continue;
    if (Object.hasOwn(spec.attributes, name)) {
      checkKind(node, { name, kind, expected: spec.attributes[name]?.kind });
      continue;
    }
    throw new GraphError(
      "unsupported-attribute",
      `${node.op} "${labelOf(node)}" has the attribute ${name}, which ${node.op} of opset ${OPSET} does not take.`,
      { hint: `Export the model at an opset from ${OLDEST_OPSET} to ${OPSET}.` },
    );
  }
  return node;
}

function checkKind(
  node: Node,
  { name, kind, expected }: { readonly name: string; readonly kind: string; readonly expected: string | undefined },
): void {
  if (kind === expected) return;
  throw new GraphError(
    "bad-graph",
    `${node.op} "${labelOf(node)}" has ${kind} as its attribute ${name}, not ${expected}.`,
    {
      hint: "The file is damaged: fetch or export it again.",
    },
  );
}

/** A node that is not looked into must mean here what it says, and hide no graph. */
function checkedPassed(node: Node, version: number): Node {
  const since = node.domain === "" ? passedSince(node.op) : version;
  if (since === undefined) throw unknownOp(node, version);
  if (version < since) throw oldForm(node, version, since);
  if (Object.values(node.attributes).every(({ kind }) => kind !== "graph")) return node;
  throw new ModelError("unsupported-model", `${node.op} "${labelOf(node)}" holds a graph of its own.`, {
    hint: "Export the model without control flow.",
  });
}

const oldForm = ({ op, name }: Node, version: number, since: number): ModelError =>
  new ModelError(
    "unsupported-opset",
    `The model uses ${op} (node "${name}") as it was at opset ${version}; Regraft passes it on from opset ${since}.`,
    { hint: `Export the model at opset ${Math.max(since, OPSET)}.` },
  );

/** Attributes that say nothing for the types that are read here, with the value they may have (any where undefined). */
const idleAttributes: Readonly<Record<string, Readonly<Record<string, number | undefined>>>> = {
  BatchNormalization: { spatial: 1 },
  Cast: { saturate: undefined, round_mode: undefined },
};

function isIdle(op: string, name: string, value: unknown): boolean {
  const row = idleAttributes[op];
  return row !== undefined && Object.hasOwn(row, name) && (row[name] === undefined || row[name] === value);
}

/** Drops attributes that an older reader of the saved model might not know. */
function withoutIdleAttributes(node: Node): Node {
  if (!isKnownOp(node.op) || !Object.hasOwn(idleAttributes, node.op)) return node;
  const known: OpSpec["attributes"] = ops[node.op].attributes;
  const kept = Object.entries(node.attributes).filter(([name]) => Object.hasOwn(known, name));
  return { ...node, attributes: Object.fromEntries(kept) satisfies Attributes };
}

function unknownOp(node: Node, version: number): GraphError {
  const op = node.domain === "" ? node.op : `${node.domain}.${node.op}`;
  return new GraphError(
    "unknown-op",
    `The model uses the op ${op} (node "${labelOf(node)}", opset ${version}), which Regraft does not know.`,
    suggestion(node.op, [...Object.keys(ops), ...passedOpNames]),
  );
}

function wrongOpset(version: number): ModelError {
  return new ModelError(
    "unsupported-opset",
    `The model is written for opset ${version}; opsets ${OLDEST_OPSET} to ${NEWEST_OPSET} are read.`,
    { hint: `Export it again at an opset between, best at ${OPSET}.` },
  );
}
