import { ModelError } from "../base/errors.ts";
import type { Graph, ValueInfo } from "../onnx/graph.ts";
import { type Changed, listed, unchanged } from "./changed.ts";
import { isClearlyFeatures } from "./features-end.ts";
import { productAt } from "./find-head.ts";
import { ancestors, prune } from "./prune.ts";
import { trailingChain } from "./trailing.ts";

/** What speaks for an output, the weightiest first; higher is better. */
interface Merits {
  readonly output: ValueInfo;
  readonly isClassifier: boolean;
  readonly ranks: readonly number[];
}

/**
 * Keeps one output of several. A classifier goes before features; one called "logits" before others; then the one that
 * most of the network lies before, so that the auxiliary heads of GoogLeNet and Inception lose; then the one with the
 * fewest nodes behind the product, so that logits go before their Softmax. Of features those win that plainly are some,
 * and pooled ones, [N, F], before maps and sequences.
 *
 * @throws {ModelError} "unsupported-model" where no output holds numbers
 */
export function chooseOutput(graph: Graph): Changed {
  const [first, ...others] = graph.outputs.map((output) => merits(graph, output));
  if (!first) {
    throw new ModelError("unsupported-model", "No output of the model holds numbers.", {
      hint: "Export the model with its scores as an output.",
    });
  }
  if (others.length === 0) return unchanged(graph);
  const best = others.reduce((kept, other) => (isBetter(other, kept) ? other : kept), first);
  const dropped = graph.outputs.map(({ name }) => name).filter((name) => name !== best.output.name);
  return { graph: prune({ ...graph, outputs: [best.output] }), changes: [about(best, dropped)] };
}

function merits(graph: Graph, output: ValueInfo): Merits {
  const chain = trailingChain(graph, output.name);
  if (!chain.end || output.dtype !== "float32" || !productAt(chain, graph)) {
    const clear = isClearlyFeatures(graph, output) ? 1 : 0;
    return { output, isClassifier: false, ranks: [0, clear, output.shape?.length === 2 ? 1 : 0] };
  }
  const before = ancestors(graph, chain.end.inputs);
  const depth = graph.nodes.filter(({ outputs }) => outputs.some((name) => before.has(name))).length;
  const isNamed = output.name === "logits" ? 1 : 0;
  return { output, isClassifier: true, ranks: [1, isNamed, depth, -chain.behind.length] };
}

/** Whether `a` is better in the first rank in which they differ. */
function isBetter({ ranks: a }: Merits, { ranks: b }: Merits): boolean {
  const at = a.findIndex((rank, place) => rank !== b[place]);
  return at >= 0 && (a[at] ?? 0) > (b[at] ?? 0);
}

const about = ({ output, isClassifier }: Merits, dropped: readonly string[]): string =>
  `Of the outputs, "${output.name}" is kept${isClassifier ? ", the classifier's scores" : ", as features"}; dropped: ${listed(dropped)}.`;
