import type { Graph, Node } from "../onnx/graph.ts";

/** Every tensor name that the graph uses: inputs, initializers, node outputs. */
export function tensorNames(graph: Graph): Set<string> {
  return new Set([
    ...graph.inputs.map(({ name }) => name),
    ...graph.initializers.keys(),
    ...graph.nodes.flatMap(({ outputs }) => outputs.filter((name) => name !== "")),
  ]);
}

/** Gives out names that `taken` does not hold, and adds them to it: `stem`, `stem_2`, `stem_3` ... */
export function freshNames(taken: Set<string>): (stem: string) => string {
  return (stem) => {
    let name = stem;
    for (let count = 2; taken.has(name); count++) name = `${stem}_${count}`;
    taken.add(name);
    return name;
  };
}

/**
 * `stem`, `stem2`, ...: the first such that no tensor or node name of the graph starts with it and a dot.
 *
 * @param stem without a dot
 */
export function freeStem(graph: Graph, stem: string): string {
  const names = [...tensorNames(graph), ...graph.nodes.map(({ name }) => name)];
  const taken = new Set(names.filter((name) => name.includes(".")).map((name) => name.slice(0, name.indexOf("."))));
  for (let count = 1; ; count++) {
    const free = count === 1 ? stem : `${stem}${count}`;
    if (!taken.has(free)) return free;
  }
}

/** What to call a node in a message or a derived name: its name, or its first output where it has none. */
export const labelOf = (node: Node): string => (node.name === "" ? (node.outputs[0] ?? node.op) : node.name);

/** What stands before the last part of a node's name: "optimizer/W/" of "optimizer/W/Mul_3". */
export const scopeOf = ({ name }: Node): string => name.slice(0, name.lastIndexOf("/") + 1);
