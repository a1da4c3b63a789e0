import type { Preprocessing } from "../image/preprocessing.ts";
import type { Graph } from "../onnx/graph.ts";
import { type Loss, softmaxCrossEntropy } from "../program/losses.ts";
import { withIo } from "../rewrite/rename.ts";
import { widenSingleLogit } from "../rewrite/weights.ts";
import type { Finished } from "./classifier.ts";

interface FinishOptions {
  readonly loss: Loss;
  readonly labels: readonly string[];
  readonly preprocessing: Preprocessing;
  readonly threshold?: number | undefined;
}

/**
 * A trained graph as the world reads it: input `pixel_values`, output `logits`, one logit per class. A single logit z
 * becomes [0, z], whose softmax is [1 − σ(z), σ(z)]: softmax cross-entropy on it equals binary cross-entropy on z.
 */
export function finished(graph: Graph, { loss, labels, preprocessing, threshold }: FinishOptions): Finished {
  const single = graph.outputs[0]?.shape?.[1] === 1 && labels.length === 2;
  const wide = single ? widenSingleLogit(graph) : graph;
  return {
    graph: withIo(wide, { input: "pixel_values", output: "logits" }),
    labels,
    preprocessing,
    threshold,
    loss:
      single && loss.name === "binaryCrossEntropy"
        ? softmaxCrossEntropy({ labelSmoothing: loss.labelSmoothing })
        : loss,
  };
}
