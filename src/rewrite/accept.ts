import type { Graph, Model } from "../onnx/graph.ts";
import { foldScales } from "./fold-scales.ts";
import { inInferenceMode } from "./inference-mode.ts";
import { loweringNotes } from "./lowering/lowerings.ts";
import { withOwnStatistics } from "./own-statistics.ts";
import { raiseOpset } from "./raise-opset.ts";
import { simplify, withoutIdentities } from "./simplify.ts";
import { float32Notes, toFloat32 } from "./to-float32.ts";

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
  (graph) => ({ graph: withoutIdentities(foldScales(graph)), changes: [] }),
  inInferenceMode,
  (graph) => ({ graph: withOwnStatistics(graph), changes: [] }),
];

/**
 * Brings a model, as it was decoded, into the form that the rest works on: in float32, at `OPSET`, constants folded.
 *
 * @throws {ModelError} "unsupported-opset" · "unsupported-attribute" · "unsupported-model" · {GraphError} "unknown-op" · "bad-shape"
 */
export function acceptModel(source: Model): Accepted {
  const model = raiseOpset({ ...source, graph: toFloat32(source.graph) });
  const { graph, changes } = steps.reduce<Changed>(
    (before, step) => {
      const after = step(before.graph);
      return { graph: after.graph, changes: [...before.changes, ...after.changes] };
    },
    { graph: model.graph, changes: [...float32Notes(source.graph), ...loweringNotes(source.graph)] },
  );
  return { model: { ...model, graph }, changes };
}
