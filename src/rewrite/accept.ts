import type { Graph, Model } from "../onnx/graph.ts";
import { bindSwitches } from "./bind-inputs.ts";
import { type Changed, unchanged } from "./changed.ts";
import { chooseOutput } from "./choose-output.ts";
import { cutTails } from "./cut-tails.ts";
import { foldScales } from "./fold-scales.ts";
import { inInferenceMode } from "./inference-mode.ts";
import { loweringNotes } from "./lowering/lowerings.ts";
import { openBatch } from "./open-batch.ts";
import { withOwnStatistics } from "./own-statistics.ts";
import { pictureInput } from "./picture-input.ts";
import { raiseOpset } from "./raise-opset.ts";
import { simplify, withoutIdentities } from "./simplify.ts";
import { float32Notes, toFloat32 } from "./to-float32.ts";
import { untieMerged } from "./untie-merged.ts";

/** A model in the form that the rest works on. */
export interface Accepted {
  readonly model: Model;
  readonly changes: readonly string[];
  /** The graph with the batch that it was exported with, where that was opened: to compare with before it is used. */
  readonly closed: Graph | undefined;
  /** Whether the model takes the bytes of a picture and prepares them itself. */
  readonly takesBytes: boolean;
}

type Step = (graph: Graph, source: Model) => Changed;

/** What happens to every model at `OPSET` before anything else sees it, in this order. */
const steps: readonly Step[] = [
  (graph, { opaqueOutputs }) => cutTails(graph, opaqueOutputs),
  bindSwitches,
  (graph) => unchanged(simplify(graph)),
  (graph) => unchanged(withoutIdentities(foldScales(graph))),
  inInferenceMode,
  chooseOutput,
  pictureInput,
  untieMerged,
  (graph) => unchanged(withOwnStatistics(graph)),
];

/**
 * Brings a model, as it was decoded, into the form that the rest works on: in float32, at `OPSET`, constants folded, one
 * input [N, 3, H, W] where it is a picture, one output that is scores or features.
 *
 * @throws {ModelError} "unsupported-opset" · "unsupported-model"
 * @throws {ModelError} "fixed-batch" · {GraphError} "unknown-op" · "unsupported-attribute" · "bad-shape"
 */
export function acceptModel(source: Model): Accepted {
  const model = raiseOpset({ ...source, graph: toFloat32(source.graph) });
  const { graph: closed, changes } = steps.reduce<Changed>(
    (before, step) => {
      const after = step(before.graph, source);
      return { graph: after.graph, changes: [...before.changes, ...after.changes] };
    },
    { graph: model.graph, changes: [...float32Notes(source.graph), ...loweringNotes(source.graph)] },
  );
  const opened = openBatch(closed);
  const takesBytes = source.graph.inputs.some(({ dtype, shape }) => dtype === "uint8" && shape?.length !== 0);
  return {
    model: { ...model, graph: opened.graph },
    closed: opened.graph === closed ? undefined : closed,
    changes: [...changes, ...opened.changes],
    takesBytes,
  };
}
