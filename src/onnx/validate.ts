import { GraphError } from "../base/errors.ts";
import { readsOf } from "./file/sort.ts";
import type { Graph, Node } from "./graph.ts";
import { bareName, isOptional, isVariadic, specOf } from "./ops.ts";

/**
 * Checks that a graph hangs together: every name is made once and before it is read, every output exists, and each
 * node has the inputs that its op cannot do without. Attributes and ops that are not known are no error here.
 *
 * @throws {GraphError} "bad-graph"
 */
export function validateGraph(graph: Graph): void {
  checkScope(graph, new Set());
}

function checkScope({ inputs, outputs, nodes, initializers }: Graph, outer: ReadonlySet<string>): void {
  const made = new Set<string>();
  const define = (name: string, where: string) => {
    if (made.has(name))
      throw new GraphError("bad-graph", `The tensor "${name}" is made twice; the second time by ${where}.`);
    made.add(name);
  };
  for (const { name } of inputs) define(name, "a graph input");
  for (const name of initializers.keys()) define(name, "an initializer");
  for (const node of nodes) {
    checkReads(node, made, outer);
    checkInputs(node);
    checkSubgraphs(node, made, outer);
    for (const name of node.outputs) if (name !== "") define(name, `${node.op} "${node.name}"`);
  }
  for (const { name } of outputs) {
    if (made.has(name) || outer.has(name)) continue;
    throw new GraphError("bad-graph", `The graph's output "${name}" is made by no node.`);
  }
}

function checkReads(node: Node, made: ReadonlySet<string>, outer: ReadonlySet<string>): void {
  for (const name of readsOf(node)) {
    if (made.has(name) || outer.has(name)) continue;
    throw new GraphError(
      "bad-graph",
      `${node.op} "${node.name}" reads "${name}", which is no input, no weight and no output of an earlier node.`,
    );
  }
}

/** Opsets before `OPSET` give some inputs as attributes of that name. */
function checkInputs(node: Node): void {
  const spec = specOf(node);
  spec?.inputs.forEach((slot, at) => {
    const name = bareName(slot);
    const isMissing = (node.inputs[at] ?? "") === "" && !Object.hasOwn(node.attributes, name);
    if (isMissing && !isOptional(slot)) {
      const what = isVariadic(slot) ? "has no input" : `lacks its input ${name}`;
      throw new GraphError("bad-graph", `${node.op} "${node.name}" ${what}.`);
    }
  });
}

function checkSubgraphs({ attributes }: Node, made: ReadonlySet<string>, outer: ReadonlySet<string>): void {
  for (const attribute of Object.values(attributes)) {
    if (attribute.kind === "graph") checkScope(attribute.value, new Set([...outer, ...made]));
  }
}
