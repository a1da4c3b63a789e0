import { GraphError, ModelError } from "../base/errors.ts";
import type { Tensor } from "../base/tensor.ts";
import { type Attributes, consumers, type Graph, type Model, type Node, OPSET } from "../onnx/graph.ts";
import { isKnownOp, type OpSpec, ops, specOf } from "../onnx/ops.ts";
import { passedOpNames, passedSince } from "../onnx/passed-ops.ts";
import { inferNode } from "../onnx/shapes/infer.ts";
import type { Known } from "../onnx/shapes/known.ts";
import { freshNames, labelOf, suggestion, tensorNames } from "./names.ts";
import { type UpgradeContext, upgrades } from "./upgrades.ts";

/** The oldest opset that is read: below it, ops broadcast and normalize by rules of their own. */
const OLDEST_OPSET = 7;
/** The newest opset that is read, as onnxruntime 1.30; from 22 on the ops known here only gained types. */
const NEWEST_OPSET = 26;

/**
 * Rewrites a model of opset 7 to 26 into the form of `OPSET`, so that no later step asks for versions. Nodes of other
 * domains, and of ONNX's ops that are not looked into, pass as they are: onnxruntime runs them.
 *
 * @throws {ModelError} "unsupported-opset" · "unsupported-attribute" · "unsupported-model" · {GraphError} "unknown-op"
 */
export function raiseOpset(model: Model): Model {
  const version = model.opsets.get("") ?? OPSET;
  if (version < OLDEST_OPSET || version > NEWEST_OPSET) throw wrongOpset(version);
  const graph = version === OPSET ? model.graph : raised(model.graph, version);
  for (const node of graph.nodes) checkNode(node, version);
  const domains = new Map([...model.opsets].filter(([domain]) => domain !== ""));
  const nodes = graph.nodes.map(withoutIdleAttributes);
  return {
    ...model,
    graph: domains.size > 0 ? { ...graph, nodes, domains } : { ...graph, nodes },
    opsets: new Map([...model.opsets, ["", OPSET]]),
  };
}

function raised(graph: Graph, version: number): Graph {
  const initializers = new Map(graph.initializers);
  const values = new Map<string, Known>(graph.inputs.map((input) => [input.name, input]));
  const context = contextOf(graph, values, initializers);
  const nodes: Node[] = [];
  for (const old of graph.nodes) {
    for (const node of upgrade(old, version, context)) {
      checkNode(node, version);
      nodes.push(node);
      const inputs = node.inputs.map((name) => (name === "" ? undefined : context.known(name)));
      for (const output of inferNode(node, inputs)) values.set(output.name, output);
    }
  }
  return { ...graph, nodes, initializers };
}

function contextOf(
  graph: Graph,
  values: ReadonlyMap<string, Known>,
  initializers: Map<string, Tensor>,
): UpgradeContext {
  const fresh = freshNames(new Set([...tensorNames(graph), ...graph.nodes.map(({ name }) => name)]));
  const readers = consumers(graph);
  const given = new Set(graph.outputs.map(({ name }) => name));
  return {
    fresh,
    constant: (stem, value) => {
      const name = fresh(stem);
      initializers.set(name, value);
      return name;
    },
    known: (name) => values.get(name) ?? ofTensor(name, initializers.get(name)),
    isRead: (name) => readers.has(name) || given.has(name),
  };
}

const ofTensor = (name: string, value: Tensor | undefined): Known | undefined =>
  value && { name, dtype: value.dtype, shape: value.shape, constant: value };

/** A node's rows of the table one after another, oldest first; nodes of other ops that a row made are in today's form. */
function upgrade(node: Node, version: number, context: UpgradeContext): readonly Node[] {
  if (node.domain !== "") return [node];
  const rows = (Object.hasOwn(upgrades, node.op) ? (upgrades[node.op] ?? []) : []).filter(
    ({ before }) => version < before,
  );
  return rows.reduce<readonly Node[]>(
    (nodes, { apply }) => nodes.flatMap((made) => (made.op === node.op ? apply(made, context) : [made])),
    [node],
  );
}

/** @throws {GraphError} "unknown-op" · {ModelError} "unsupported-attribute" · "unsupported-model" */
function checkNode(node: Node, version: number): void {
  const spec = specOf(node);
  if (!spec) {
    checkPassed(node, version);
    return;
  }
  for (const [name, { value }] of Object.entries(node.attributes)) {
    if (Object.hasOwn(spec.attributes, name) || isIdle(node.op, name, value)) continue;
    throw new ModelError(
      "unsupported-attribute",
      `${node.op} "${labelOf(node)}" has the attribute ${name}, which ${node.op} of opset ${OPSET} does not take.`,
      { hint: `Export the model at an opset from ${OLDEST_OPSET} to ${OPSET}.` },
    );
  }
}

/** A node that is not looked into must mean here what it says, and hide no graph. */
function checkPassed(node: Node, version: number): void {
  const since = node.domain === "" ? passedSince(node.op) : version;
  if (since === undefined) throw unknownOp(node, version);
  if (version < since) throw oldForm(node, version, since);
  if (Object.values(node.attributes).every(({ kind }) => kind !== "graph")) return;
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
