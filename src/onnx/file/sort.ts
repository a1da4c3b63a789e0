import { GraphError } from "../../base/errors.ts";
import type { Graph, Node } from "../graph.ts";

/**
 * The nodes in an order in which each comes after those whose outputs it reads, sub-graphs included. Nodes that are in
 * such an order already stay as they are; else each is brought behind the last of what it waits for.
 *
 * @throws {GraphError} "bad-graph" where nodes wait for each other, or two make one tensor
 */
export function topological(nodes: readonly Node[]): readonly Node[] {
  const makers = new Map<string, number>();
  nodes.forEach((node, at) => {
    for (const output of node.outputs) if (output !== "") remember(makers, output, at, node);
  });
  const needs = nodes.map((node) =>
    [...readsOf(node)].map((name) => makers.get(name)).filter((at) => at !== undefined),
  );
  if (needs.every((makersOf, at) => makersOf.every((maker) => maker < at))) return nodes;
  return sorted(nodes, needs);
}

/** Kahn's algorithm: a node is free once all that it needs are placed. */
function sorted(nodes: readonly Node[], needs: readonly (readonly number[])[]): readonly Node[] {
  const waiting = needs.map((makers) => new Set(makers).size);
  const waiters = nodes.map((): number[] => []);
  needs.forEach((makers, at) => {
    for (const maker of new Set(makers)) waiters[maker]?.push(at);
  });
  const free = [...nodes.keys()].filter((at) => waiting[at] === 0);
  const order: Node[] = [];
  // `free` grows while it is walked.
  for (const at of free) {
    const node = nodes[at];
    if (node) order.push(node);
    for (const waiter of waiters[at] ?? []) {
      const left = (waiting[waiter] ?? 0) - 1;
      waiting[waiter] = left;
      if (left === 0) free.push(waiter);
    }
  }
  if (order.length < nodes.length) throw cycle(nodes.filter((_, at) => (waiting[at] ?? 0) > 0));
  return order;
}

/** Every name a node reads, with those that its sub-graphs take from outside. */
export function readsOf(node: Node): ReadonlySet<string> {
  const names = new Set(node.inputs.filter(Boolean));
  for (const attribute of Object.values(node.attributes)) {
    if (attribute.kind === "graph") for (const name of freeNames(attribute.value)) names.add(name);
  }
  return names;
}

function freeNames({ nodes, inputs, outputs, initializers }: Graph): readonly string[] {
  const made = new Set([
    ...inputs.map(({ name }) => name),
    ...initializers.keys(),
    ...nodes.flatMap((node) => node.outputs),
  ]);
  const read = [...nodes.flatMap((node) => [...readsOf(node)]), ...outputs.map(({ name }) => name)];
  return read.filter((name) => !made.has(name));
}

function remember(makers: Map<string, number>, output: string, at: number, node: Node): void {
  if (makers.has(output)) {
    throw new GraphError(
      "bad-graph",
      `Two nodes make the tensor "${output}"; the second is ${node.op} "${node.name}".`,
    );
  }
  makers.set(output, at);
}

function cycle(stuck: readonly Node[]): GraphError {
  const names = stuck.slice(0, 5).map(({ op, name }) => `${op} "${name}"`);
  const more = stuck.length > names.length ? `, and ${stuck.length - names.length} more` : "";
  return new GraphError("bad-graph", `Nodes wait for each other's outputs in a circle: ${names.join(", ")}${more}.`);
}
