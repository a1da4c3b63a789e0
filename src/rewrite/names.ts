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

/** `stem`, `stem2`, ...: the first such that no tensor or node name of the graph starts with it and a dot. */
export function freeStem(graph: Graph, stem: string): string {
  const names = [...tensorNames(graph), ...graph.nodes.map(({ name }) => name)];
  for (let count = 1; ; count++) {
    const free = count === 1 ? stem : `${stem}${count}`;
    if (!names.some((name) => name.startsWith(`${free}.`))) return free;
  }
}

/** What to call a node in a message or a derived name: its name, or its first output where it has none. */
export const labelOf = (node: Node): string => (node.name === "" ? (node.outputs[0] ?? node.op) : node.name);

/** What stands before the last part of a node's name: "optimizer/W/" of "optimizer/W/Mul_3". */
export const scopeOf = ({ name }: Node): string => name.slice(0, name.lastIndexOf("/") + 1);

/** The names of `known` that differ least from `wanted` (Levenshtein distance), nearest first. */
function nearestNames(
  wanted: string,
  known: Iterable<string>,
  { most = 3 }: { readonly most?: number } = {},
): readonly string[] {
  const ranked = [...new Set(known)].map((name) => ({ name, distance: editDistance(wanted, name) }));
  ranked.sort((a, b) => a.distance - b.distance);
  return ranked.slice(0, most).map(({ name }) => name);
}

/** "Did you mean ...?" for an unknown name; undefined where there is nothing to suggest. */
export function suggestion(wanted: string, known: Iterable<string>): { readonly hint: string } | undefined {
  const names = nearestNames(wanted, known);
  return names.length === 0 ? undefined : { hint: `Nearest names: ${names.map((name) => `"${name}"`).join(", ")}.` };
}

/** Insertions, deletions and replacements, upper and lower case alike; one row of the table kept at a time. */
function editDistance(a: string, b: string): number {
  const [from, to] = [a.toLowerCase(), b.toLowerCase()];
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
