import { type GradientStop, whereGradientStops } from "../autodiff/gradient-stops.ts";
import { NoGradient } from "../autodiff/no-gradient.ts";
import { GraphError } from "../base/errors.ts";
import type { Graph } from "../onnx/graph.ts";
import { labelOf } from "../rewrite/names.ts";
import { selectTrainable, type Unfreeze } from "../rewrite/trainable.ts";
import { weightedNodes } from "../rewrite/weight-slots.ts";

export interface Trainability {
  /** The node nearest to the output that no gradient passes; undefined where everything can be trained. */
  readonly stop: GradientStop | undefined;
  /** The first layer from which on everything can be trained; undefined where nothing can. */
  readonly from: string | undefined;
}

/** How much of a graph can be trained, and what stands in the way of the rest. */
export function trainability(graph: Graph): Trainability {
  const output = graph.outputs[0]?.name ?? "";
  const layers = weightedNodes(graph).map(({ node }) => labelOf(node));
  const position = new Map(graph.nodes.map((node, at) => [labelOf(node), at]));
  const stopFor = (unfreeze: Unfreeze) =>
    whereGradientStops(graph, { output, wrt: selectTrainable(graph, { unfreeze }) });
  const stop = layers.length > 0 ? stopFor("all") : undefined;
  let [from] = layers;
  for (let blocked = stop; blocked; ) {
    const at = position.get(labelOf(blocked.node)) ?? 0;
    from = layers.find((layer) => (position.get(layer) ?? 0) > at);
    blocked = from === undefined ? undefined : stopFor({ from });
  }
  return { stop, from };
}

/**
 * Makes sure that a gradient reaches every weight to be trained.
 *
 * @param added those of them that are the new layers'
 * @throws {GraphError} "no-gradient", naming the node in the way and what can be trained instead
 */
export function checkGradients(graph: Graph, trainable: readonly string[], added: readonly string[]): void {
  const stop = whereGradientStops(graph, { output: graph.outputs[0]?.name ?? "", wrt: trainable });
  if (stop) throw withWayOut(new NoGradient(stop.node, stop.reason), graph, added);
}

/** The error with a hint that says from which layer of the base on training works. */
export function withWayOut(error: NoGradient, graph: Graph, added: readonly string[]): GraphError {
  const layer = trainableBase(graph, added);
  const hint =
    layer === undefined
      ? "Train the new layers alone: --unfreeze none."
      : `Train the new layers, or what comes after that node too: --unfreeze none, or --unfreeze ${layer}.`;
  return new GraphError("no-gradient", error.message, { hint, cause: error });
}

/** The first layer of the base from which on everything can be trained; undefined where only the new layers can. */
function trainableBase(graph: Graph, added: readonly string[]): string | undefined {
  const { from } = trainability(graph);
  const head = new Set(added);
  const layer = weightedNodes(graph).find(({ node }) => labelOf(node) === from);
  return layer?.weights.every((name) => head.has(name)) ? undefined : from;
}
