import type { Graph, Node } from "../onnx/graph.ts";
import { freeStem, scopeOf } from "./names.ts";

/** A node one of whose inputs, a scalar, is to be there only after the output of another. */
export interface Wait {
  readonly at: Node;
  readonly scalar: string;
  readonly until: Node;
}

/** @returns undefined where nodes would wait for each other */
export function withWaits(graph: Graph, waits: readonly Wait[]): Graph | undefined {
  if (waits.length === 0) return graph;
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
