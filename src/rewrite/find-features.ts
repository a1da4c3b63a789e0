import { GraphError } from "../base/errors.ts";
import { refuseUnknown } from "../base/options.ts";
import type { Graph } from "../onnx/graph.ts";
import { isClearlyFeatures } from "./features-end.ts";
import { findHead, type Head, NO_HEAD } from "./find-head.ts";
import { labelOf } from "./names.ts";
import { poolingOf, poolingRules } from "./pool-features.ts";
import { classOutput } from "./trailing.ts";

/** What a new head is put on. */
export interface Features {
  /** The classifier that reads them; undefined where the model has none. */
  readonly head: Head | undefined;
  readonly tensor: string;
  /** Numbers per picture, once pooled. */
  readonly size: number;
  /** What the model ends in: the classifier's node, or the output that gives the features. */
  readonly end: string;
  /** Why, as a sentence. */
  readonly reason: string;
}

/**
 * The features of a model: what its classifier reads, or its output where it has none and the output is plainly
 * features (normalised, activated, pooled), or where the caller says so with `at: "none"`.
 *
 * @throws {GraphError} "no-head" where the output is neither · "no-such-node" · "bad-shape" for features of an odd shape
 */
export function findFeatures(graph: Graph, { at, ...rest }: { readonly at?: string | undefined } = {}): Features {
  refuseUnknown("findFeatures", rest);
  if (at === NO_HEAD) return ownOutput(graph, "The caller says that the model has no classifier");
  try {
    return ofHead(findHead(graph, { at }));
  } catch (error) {
    const isHeadless = error instanceof GraphError && error.code === "no-head" && at === undefined;
    if (!isHeadless || !isClearlyFeatures(graph, classOutput(graph))) throw error;
    return ownOutput(graph, "No product of features and weights makes the output");
  }
}

const ofHead = (head: Head): Features => ({
  head,
  tensor: head.features,
  size: head.featureSize,
  end: labelOf(head.node),
  reason: head.reason,
});

function ownOutput(graph: Graph, why: string): Features {
  const { name } = classOutput(graph);
  const { pooling, size } = poolingOf(graph, name);
  if (typeof size !== "number") {
    throw new GraphError("bad-shape", `The number of features of "${name}" is not known.`, {
      hint: "Fix the input size first.",
    });
  }
  const reason = `${why}: it is taken for features, ${poolingRules[pooling].words}.`;
  return { head: undefined, tensor: name, size, end: `output ${name}`, reason };
}
