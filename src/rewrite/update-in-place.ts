import type { Graph, Node } from "../onnx/graph.ts";
import { Flow } from "./flow.ts";
import { freeStem, scopeOf } from "./names.ts";

/** Output name to the name of the graph input that it is the new value of, of the same shape. */
export type Updates = Readonly<Record<string, string>>;

export interface InPlace {
  /** The same function. */
  readonly graph: Graph;
  /** Of the updated inputs, those whose new value may be written over the old one while the graph runs. */
  readonly inPlace: readonly string[];
}

/**
 * Orders a step so that what is updated needs no second buffer: an update may be written over the old value if everything
 * that reads the old value comes before it, in whatever order an engine takes the nodes. For moments that is so as they
 * are made. A weight is also read for the gradient of its layer's input, with which its update has nothing to do: there
 * the scalar of the update, its learning rate, is made to wait for a sum that follows from that gradient.
 */
export function updatesInPlace(graph: Graph, updates: Updates): InPlace {
  const flow = new Flow(graph);
  const waits = Object.entries(updates).flatMap(([output, state]) => waitOf(graph, flow, { output, state }) ?? []);
  const ordered = waits.length === 0 ? graph : (waiting(graph, waits) ?? graph);
  const final = ordered === graph ? flow : new Flow(ordered);
  const safe = Object.entries(updates).filter(([output, state]) => isSafe(final, { output, state }));
  return { graph: ordered, inPlace: safe.map(([, state]) => state) };
}

interface Update {
  readonly output: string;
  readonly state: string;
}

/** Ops that read an element before they write the one in its place. */
const elementwise: ReadonlySet<string> = new Set(["Add", "Sub", "Mul", "Div", "Gemm"]);

function isSafe(flow: Flow, { output, state }: Update): boolean {
  const [maker, readers] = [flow.maker(output), flow.readers(state)];
  if (!maker || !readers || flow.notBefore(readers, maker).length > 0) return false;
  const isRead = (name: string) => name !== state && flow.passesOn(name, readers);
  return !readers.has(maker) || (elementwise.has(maker.op) && !maker.inputs.some(isRead));
}

/** A node one of whose inputs, a scalar, is to be there only after the output of another. */
interface Wait {
  readonly at: Node;
  readonly scalar: string;
  readonly until: Node;
}

function waitOf(graph: Graph, flow: Flow, { output, state }: Update): Wait | undefined {
  const maker = flow.maker(output);
  const late = maker ? flow.notBefore(flow.readers(state) ?? [], maker) : [];
  if (!maker || late.length === 0) return undefined;
  const until = flow.firstAfter(late, { but: maker, accepts: ({ op }) => op === "ReduceSum" });
  const reader = until && scalarReader(graph, flow, maker);
  return reader && { ...reader, until };
}

/** The node next above `maker`, or itself, that reads a scalar input of the graph. */
function scalarReader({ inputs }: Graph, flow: Flow, maker: Node): Pick<Wait, "at" | "scalar"> | undefined {
  const scalars = new Set(inputs.filter(({ shape }) => shape?.length === 0).map(({ name }) => name));
  for (const at of [maker, ...maker.inputs.flatMap((name) => flow.maker(name) ?? [])]) {
    const scalar = at.inputs.find((name) => scalars.has(name));
    if (scalar !== undefined) return { at, scalar };
  }
  return undefined;
}

/** @returns undefined where nodes would wait for each other */
function waiting(graph: Graph, waits: readonly Wait[]): Graph | undefined {
  const stem = freeStem(graph, "wait");
  const changed = new Map(waits.map((wait, at) => [wait.at, waitingNodes(wait, `${stem}.${at}`)]));
  const nodes = inOrder(
    graph.nodes.flatMap((node) => changed.get(node) ?? [node]),
    [...graph.inputs.map(({ name }) => name), ...graph.initializers.keys()],
  );
  return nodes && { ...graph, nodes };
}

/** The scalar by way of a choice between it and itself, by what is waited for: Where(IsNaN(Σ until), scalar, scalar). */
function waitingNodes({ at, scalar, until }: Wait, stem: string): readonly Node[] {
  const scope = scopeOf(at);
  const [sum, choice, late] = [`${stem}.sum`, `${stem}.choice`, `${stem}.scalar`];
  const node = (op: string, inputs: readonly string[], output: string): Node => {
    return { name: `${scope}${output}`, op, domain: "", inputs, outputs: [output], attributes: {} };
  };
  return [
    { ...node("ReduceSum", [until.outputs[0] ?? ""], sum), attributes: { keepdims: { kind: "int", value: 0 } } },
    node("IsNaN", [sum], choice),
    node("Where", [choice, scalar, scalar], late),
    { ...at, inputs: at.inputs.map((name) => (name === scalar ? late : name)) },
  ];
}

/** Nodes in their order, each that reads what is not there yet put off until it is; undefined for a circle. */
function inOrder(nodes: readonly Node[], given: readonly string[]): readonly Node[] | undefined {
  const there = new Set(["", ...given]);
  const done: Node[] = [];
  let held: readonly Node[] = [];
  const place = (node: Node): boolean => {
    if (!node.inputs.every((name) => there.has(name))) return false;
    for (const name of node.outputs) there.add(name);
    done.push(node);
    return true;
  };
  const again = () => {
    for (let left = -1; held.length !== left; ) {
      left = held.length;
      held = held.filter((node) => !place(node));
    }
  };
  for (const node of nodes) {
    if (place(node)) again();
    else held = [...held, node];
  }
  return held.length === 0 ? done : undefined;
}
