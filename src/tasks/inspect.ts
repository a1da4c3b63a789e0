import { GraphError } from "../base/errors.ts";
import { refuseUnknown } from "../base/options.ts";
import { type Shape, sizeOf } from "../base/shape.ts";
import { withoutSecrets } from "../hub/web-address.ts";
import { inputSize } from "../image/preprocess.ts";
import type { Preprocessing } from "../image/preprocessing.ts";
import { imageInput, pictureSize } from "../models/image-input.ts";
import { type LoadedModel, readModelFolder } from "../models/model-folder.ts";
import type { Graph } from "../onnx/graph.ts";
import { findFeatures } from "../rewrite/find-features.ts";
import type { Head } from "../rewrite/find-head.ts";
import { fixInput } from "../rewrite/input.ts";
import { labelOf } from "../rewrite/names.ts";
import { stripSoftmax } from "../rewrite/strip-softmax.ts";
import { weightNames } from "../rewrite/trainable.ts";
import { weightedNodes } from "../rewrite/weight-slots.ts";
import type { LoadingHost } from "./base-model.ts";
import { findModel } from "./find-model.ts";
import { withKnownShapes } from "./known-shapes.ts";
import { trainability } from "./trainable-from.ts";

export interface Inspection {
  readonly model: string;
  readonly file: string;
  readonly producer: string;
  /** The opset that the file itself asks for. */
  readonly opset: number;
  /** What was changed about the model so that it can be trained, as sentences. */
  readonly changes: readonly string[];
  readonly input: { readonly name: string; readonly shape: Shape | undefined; readonly layout: "NCHW" | "NHWC" };
  readonly output: { readonly name: string; readonly shape: Shape | undefined };
  readonly head: InspectedHead | undefined;
  /** What a new head goes on where there is no classifier; undefined where nothing was found. */
  readonly features?: { readonly size: number; readonly reason: string };
  /** Why there is neither. */
  readonly headError?: string;
  /** Numbers in all weights. */
  readonly parameters: number;
  readonly labels: number | undefined;
  readonly preprocessing: Preprocessing | undefined;
  readonly preprocessingSource: string | undefined;
  /** Whether all of it can be trained. */
  readonly trainable: boolean;
  /**
   * The first layer from which on all can be trained: --unfreeze takes its name. undefined where it is the classifier,
   * which a new head takes the place of.
   */
  readonly trainableFrom: string | undefined;
  readonly stops?: { readonly node: string; readonly op: string; readonly reason: string };
  /** How many nodes of each op. */
  readonly ops: Readonly<Record<string, number>>;
  /** Nodes with weights, in order: the names that --unfreeze takes. */
  readonly layers: readonly { readonly node: string; readonly op: string; readonly parameters: number }[];
}

interface InspectedHead {
  readonly node: string;
  readonly kind: string;
  readonly features: number;
  readonly classes: number;
  readonly softmax: boolean;
  readonly reason: string;
}

/**
 * What Regraft sees in a model: input, classifier, layers, preprocessing, and how much of it can be trained.
 *
 * @throws {ModelError} "no-model" · "not-onnx" · "not-an-image-model" · {GraphError} "no-such-node" for `headAt`
 */
export async function inspectModel(
  { model: path, headAt, ...rest }: { readonly model: string; readonly headAt?: string | undefined },
  host: LoadingHost,
): Promise<Inspection> {
  const { store } = host;
  refuseUnknown("inspectModel", rest);
  const loaded = await readModelFolder(await findModel(path, host), { store, tryHdf5: host.tryHdf5 });
  return inspectLoaded(loaded, { model: path, headAt }, host);
}

/** The same of a model that is read already. @param model what to call it */
export async function inspectLoaded(
  loaded: LoadedModel,
  { model: path, headAt }: { readonly model: string; readonly headAt?: string | undefined },
  host: LoadingHost,
): Promise<Inspection> {
  const { graph } = loaded.model;
  const input = imageInput(graph);
  const concrete = atItsSize(loaded);
  const found = headOf(await withKnownShapes(concrete, host), headAt);
  const { stop, from } = trainability(stripSoftmax(await withKnownShapes(withKnownSize(concrete), host)));
  return {
    model: withoutSecrets(path),
    file: loaded.file,
    producer: loaded.model.producer,
    opset: loaded.sourceOpset,
    changes: loaded.changes,
    input: { name: input.name, shape: concrete.inputs[0]?.shape, layout: input.layout },
    output: { name: concrete.outputs[0]?.name ?? "", shape: concrete.outputs[0]?.shape },
    ...found,
    parameters: weightNames(graph).reduce((sum, name) => sum + numbersIn(graph, name), 0),
    labels: loaded.labels?.length,
    preprocessing: loaded.preprocessing,
    preprocessingSource: loaded.preprocessingSource,
    trainable: stop === undefined,
    trainableFrom: from === found.head?.node ? undefined : from,
    ...(stop ? { stops: { node: labelOf(stop.node), op: stop.node.op, reason: stop.reason } } : {}),
    ops: counted(graph.nodes.map(({ op }) => op)),
    layers: weightedNodes(concrete).map(({ node, weights }) => ({
      node: labelOf(node),
      op: node.op,
      parameters: weights.reduce((sum, name) => sum + numbersIn(concrete, name), 0),
    })),
  };
}

/** The graph at the size that its preprocessing makes, where it has one. */
function atItsSize({ model, preprocessing }: LoadedModel): Graph {
  return preprocessing ? fixInput(model.graph, inputSize(preprocessing)) : model.graph;
}

/** For a look at the gradients, which need numbers, not which ones. */
const withKnownSize = (graph: Graph): Graph => fixInput(graph, pictureSize(graph));

function headOf(graph: Graph, at: string | undefined): Pick<Inspection, "head" | "features" | "headError"> {
  try {
    const { head, size, reason } = findFeatures(graph, { at });
    return head ? { head: describeHead(head) } : { head: undefined, features: { size, reason } };
  } catch (error) {
    const isUnclear = error instanceof GraphError && (error.code === "no-head" || error.code === "bad-shape");
    if (isUnclear) return { head: undefined, headError: error.message };
    throw error;
  }
}

const describeHead = ({ node, kind, featureSize, classes, softmax, reason }: Head): InspectedHead => ({
  node: labelOf(node),
  kind,
  features: featureSize,
  classes,
  softmax,
  reason,
});

function numbersIn(graph: Graph, weight: string): number {
  const found = graph.initializers.get(weight);
  return found ? sizeOf(found.shape) : 0;
}

function counted(items: readonly string[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
}
