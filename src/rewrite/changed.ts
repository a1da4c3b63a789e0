import type { Graph } from "../onnx/graph.ts";

/** A rewritten graph, and what its user should know about it. */
export interface Changed {
  readonly graph: Graph;
  /** A sentence for each thing that was done that the user might not expect; empty where there is none. */
  readonly changes: readonly string[];
}

export const unchanged = (graph: Graph): Changed => ({ graph, changes: [] });

/** `"a"`, `"a" and "b"`, `"a", "b" and "c"`. */
export function listed(names: readonly string[]): string {
  const quoted = names.map((name) => `"${name}"`);
  return quoted.length < 2 ? quoted.join("") : `${quoted.slice(0, -1).join(", ")} and ${quoted.at(-1)}`;
}
