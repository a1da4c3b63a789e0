import type { Graph, Model } from "../onnx/graph.ts";
import { inInferenceMode } from "./inference-mode.ts";
import { withOwnStatistics } from "./own-statistics.ts";
import { raiseOpset } from "./raise-opset.ts";
import { simplify } from "./simplify.ts";

/** A rewritten graph, and what its user should know about it. */
export interface Changed {
  readonly graph: Graph;
  /** A sentence for each thing that was done that the user might not expect; empty where there is none. */
  readonly changes: readonly string[];
}

/** A model in the form that the rest works on. */
export interface Accepted {
  readonly model: Model;
  readonly changes: readonly string[];
}

/** What happens to every model at `OPSET` before anything else sees it, in this order. */
const steps: readonly ((graph: Graph) => Changed)[] = [
  (graph) => ({ graph: simplify(graph), changes: [] }),
  inInferenceMode,
  (graph) => ({ graph: withOwnStatistics(graph), changes: [] }),
];

/**
 * Brings a model, as it was decoded, into the form that the rest works on: at `OPSET`, constants folded.
 *
 * @throws {ModelError} "unsupported-opset" · "unsupported-attribute" · {GraphError} "unknown-op" · "bad-shape"
 */
export function acceptModel(source: Model): Accepted {
  const model = raiseOpset(source);
  const { graph, changes } = steps.reduce<Changed>(
    (before, step) => {
      const after = step(before.graph);
      return { graph: after.graph, changes: [...before.changes, ...after.changes] };
    },
    { graph: model.graph, changes: [] },
  );
  return { model: { ...model, graph }, changes };
}
