import { GraphError } from "../base/errors.ts";
import { suggestion } from "../base/suggestion.ts";
import type { Graph, Node, ValueInfo } from "../onnx/graph.ts";
import { inferShapes } from "../onnx/shapes/infer.ts";
import { withOwnShapes } from "./own-shapes.ts";
import { prune } from "./prune.ts";

/** A graph in two: what is the same in every step, and what changes as the weights do. */
interface FrozenSplit {
  /** From the graph's inputs to the boundary; undefined where the boundary is nothing but the graph's inputs. */
  readonly prefix: Graph | undefined;
  /** From the boundary to the graph's outputs. Outputs that no trainable weight reaches are the prefix's alone. */
  readonly suffix: Graph;
  /** The tensors that pass from prefix to suffix, in topological order. */
  readonly boundary: readonly ValueInfo[];
}

/**
 * Splits a graph where the first trainable weight comes in. The prefix can be computed once per example and cached:
 * it holds every node that depends on the inputs' values, and on no trainable weight and no Dropout, which drops
 * something else in every step. What depends on the inputs' shape only is computed again in the suffix, from the batch
 * of what passes.
 *
 * @param trainable names of initializers
 * @throws {GraphError} "no-such-node" · "nothing-to-train" where no output depends on a trainable weight
 */
export function splitFrozen(graph: Graph, trainable: readonly string[]): FrozenSplit {
  checkWeights(graph, trainable);
  const trained = reachedFrom(graph, trainable);
  if (!graph.outputs.some(({ name }) => trained.has(name))) {
    throw new GraphError("nothing-to-train", "No output of the graph depends on a trainable weight.");
  }
  const dropped = graph.nodes.filter(({ op }) => op === "Dropout").flatMap(({ outputs }) => outputs.filter(Boolean));
  const live = reachedFrom(graph, [...trainable, ...dropped]);
  const outputs = graph.outputs.filter(({ name }) => live.has(name));
  const inputs = graph.inputs.map(({ name }) => name);
  const counted = shapesOf(graph, live);
  const valued = { ...graph, nodes: graph.nodes.filter((node) => !counted.has(node)) };
  const fed = reachedFrom(valued, inputs);
  const isFrozen = (node: Node) => counted.has(node) || node.outputs.some((name) => fed.has(name) && !live.has(name));

  // Nodes that depend on constants only go wherever they are needed: pruning decides.
  const suffix = prune({ ...graph, nodes: graph.nodes.filter((node) => !isFrozen(node)), outputs });
  const read = new Set(suffix.nodes.flatMap((node) => node.inputs));
  const passed = [...inputs, ...graph.nodes.filter(isFrozen).flatMap((node) => node.outputs)].filter((name) =>
    read.has(name),
  );
  const whole = { ...suffix, inputs: valueInfos(graph, passed) };
  const { inputs: boundary, ...rest } = withOwnShapes(
    whole,
    graph,
    new Set([...counted].flatMap((node) => node.outputs)),
  );
  const given = graph.outputs.filter(({ name }) => !live.has(name));
  return { prefix: prefixOf(graph, [...boundary, ...given]), suffix: { ...rest, inputs: boundary }, boundary };
}

/** The nodes that read nothing but the shape of something frozen. */
const shapesOf = ({ nodes }: Graph, live: ReadonlySet<string>): ReadonlySet<Node> =>
  new Set(nodes.filter(({ op, domain, inputs }) => op === "Shape" && domain === "" && !live.has(inputs[0] ?? "")));

function checkWeights({ initializers }: Graph, names: readonly string[]): void {
  for (const name of names) {
    if (initializers.has(name)) continue;
    throw new GraphError("no-such-node", `The graph has no weight "${name}".`, suggestion(name, initializers.keys()));
  }
}

function valueInfos(graph: Graph, names: readonly string[]): readonly ValueInfo[] {
  const known = inferShapes(graph);
  return names.flatMap((name) => {
    const info = known.get(name);
    return info ? [{ name, dtype: info.dtype, shape: info.shape }] : [];
  });
}

/** undefined where every tensor wanted is an input already. */
function prefixOf(graph: Graph, wanted: readonly ValueInfo[]): Graph | undefined {
  const inputs = new Set(graph.inputs.map(({ name }) => name));
  if (wanted.every(({ name }) => inputs.has(name))) return undefined;
  const unique = new Map(wanted.map((info) => [info.name, info]));
  return prune({ ...graph, outputs: [...unique.values()] });
}

/** The names of all tensors that depend on one of `sources`, these included. */
function reachedFrom({ nodes }: Graph, sources: readonly string[]): ReadonlySet<string> {
  const reached = new Set(sources);
  for (const { inputs, outputs } of nodes) {
    if (!inputs.some((name) => reached.has(name))) continue;
    for (const name of outputs) if (name !== "") reached.add(name);
  }
  return reached;
}
