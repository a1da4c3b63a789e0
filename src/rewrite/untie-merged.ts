import type { Tensor } from "../base/tensor.ts";
import type { Graph, Node } from "../onnx/graph.ts";
import { type Changed, unchanged } from "./changed.ts";
import { freshNames, tensorNames } from "./names.ts";
import { weightUses } from "./weight-slots.ts";

/**
 * Gives each layer its own copy of a weight that an exporter stored once only because it was equal in all of them.
 *
 * PyTorch's exporters merge initializers by value. Learned weights are never equal by chance; what is merged are
 * weights as they were initialised: scales of ones, biases of zeros. So a weight whose numbers are all the same is
 * taken for merged, and any other that several layers read for tied by design: that one keeps one gradient, the sum.
 */
export function untieMerged(graph: Graph): Changed {
  const reads = counts(graph.nodes.flatMap(({ inputs }) => inputs));
  const uses = weightUses(graph).filter(
    ({ name }) => (reads.get(name) ?? 0) > 1 && isUniform(graph.initializers.get(name)),
  );
  if (uses.length === 0) return unchanged(graph);
  const asWeight = counts(uses.map(({ name }) => name));
  const fresh = freshNames(tensorNames(graph));
  const initializers = new Map(graph.initializers);
  // The first layer keeps the name, unless something that is no layer reads it too: a running variance of ones, say.
  const kept = new Set([...asWeight].filter(([name, count]) => count < (reads.get(name) ?? 0)).map(([name]) => name));
  const inputs = new Map<Node, string[]>();
  for (const { node, at, name } of uses) {
    const value = initializers.get(name);
    if (!value || !kept.has(name)) {
      kept.add(name);
      continue;
    }
    const own = inputs.get(node) ?? [...node.inputs];
    own[at] = fresh(name);
    initializers.set(own[at], value);
    inputs.set(node, own);
  }
  const nodes = graph.nodes.map((node) => ({ ...node, inputs: inputs.get(node) ?? node.inputs }));
  return { graph: { ...graph, nodes, initializers }, changes: [about(asWeight.size, uses.length)] };
}

function counts(names: readonly string[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const name of names) found.set(name, (found.get(name) ?? 0) + 1);
  return found;
}

const isUniform = (value: Tensor | undefined): boolean =>
  value !== undefined &&
  value.shape.length > 0 &&
  value.data.every((number: number | bigint) => number === value.data[0]);

const about = (stored: number, uses: number): string =>
  `${uses} weights were stored as ${stored}, because their numbers are the same; each layer has its own now.`;
