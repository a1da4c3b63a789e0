import { GraphError } from "../base/errors.ts";
import { refuseUnknown } from "../base/options.ts";
import { formatShape } from "../base/shape.ts";
import { suggestion } from "../base/suggestion.ts";
import { type Graph, producers } from "../onnx/graph.ts";
import { inferShapes } from "../onnx/shapes/infer.ts";
import { labelOf } from "./names.ts";
import { followPlaces, type PlacedTensor } from "./places/follow-places.ts";
import type { Places } from "./places/places.ts";

/** A tensor of channels at places of the picture: [N, K, h, w], [N, h, w, K], or tokens [N, T, K]. */
export interface FeatureMap {
  readonly tensor: string;
  /** The node that makes it, as `--at` takes it. */
  readonly node: string;
  readonly places: Places;
  /** The axis that counts channels, and how many there are. */
  readonly channelAxis: number;
  readonly channels: number;
  /** Why this one, as a sentence. */
  readonly reason: string;
}

/**
 * The feature map that tells best where in the picture a decision comes from: the last one in front of pooling, height and
 * width above 1, through which all goes that the output knows of places. Of a network that decides by its class token that
 * is what the last attention reads. `at` names another by its node.
 *
 * @param graph a picture [N, 3, H, W] in, logits [N, C] out
 * @throws {GraphError} "no-feature-map" · "no-such-node"
 */
export function findMap(graph: Graph, { at, ...rest }: { readonly at?: string | undefined } = {}): FeatureMap {
  refuseUnknown("findMap", rest);
  const placed = followPlaces(graph);
  const maps = placed.flatMap((one) => (one.isRead ? mapOf(graph, one) : []));
  if (at !== undefined) return named(graph, maps, at);
  const chosen = automatic(maps, placed);
  if (chosen) return beforePooling(chosen, maps);
  const reason = "no tensor in front of its output keeps the places of the picture apart";
  throw new GraphError("no-feature-map", `The model has no feature map: ${reason}.`, {
    hint: "A heat map needs a network of convolutions, or one that works on patches of the picture.",
  });
}

interface Candidate {
  readonly map: FeatureMap;
  readonly source: PlacedTensor;
}

function mapOf({ inputs }: Graph, source: PlacedTensor): readonly Candidate[] {
  const { known, places, maker } = source;
  const { shape, dtype, name } = known;
  const rank = places.kind === "grid" ? 4 : 3;
  if (!maker || dtype !== "float32" || shape?.length !== rank || shape[0] !== inputs[0]?.shape?.[0]) return [];
  const [channelAxis = -1, ...others] = shape.flatMap((_, axis) => (axis === 0 || onAxis(places, axis) ? [] : [axis]));
  const channels = shape[channelAxis];
  if (typeof channels !== "number" || others.length > 0 || onAxis(places, 0)) return [];
  const size = `${places.height} × ${places.width} places, ${channels} channels`;
  const last =
    places.kind === "grid" ? "the last map in front of pooling" : "the last tokens that the classes depend on";
  const reason = `${maker.op} "${labelOf(maker)}" gives ${last}: ${size}.`;
  return [{ map: { tensor: name, node: labelOf(maker), places, channelAxis, channels, reason }, source }];
}

const onAxis = ({ axes }: Places, axis: number): boolean => axes.some((own) => own === axis);

/** The last neck. A sequence's is as wide as the sequence is at its end: not queries, keys and values beside each other. */
function automatic(maps: readonly Candidate[], placed: readonly PlacedTensor[]): Candidate | undefined {
  const last = placed.findLast(({ known, places }) => places.kind === "row" && known.shape?.length === 3);
  const width = (one: PlacedTensor | undefined) =>
    one?.known.shape?.find((_, axis) => axis > 0 && !onAxis(one.places, axis));
  const isState = ({ source }: Candidate) => source.places.kind === "grid" || width(source) === width(last);
  const states = maps.filter(isState);
  return states.findLast(({ source }) => source.isNeck) ?? states.at(-1);
}

/** What a pooling op reads is finer than what it gives, and says as much. */
function beforePooling({ map, source }: Candidate, maps: readonly Candidate[]): FeatureMap {
  const isPooling = source.maker?.op === "MaxPool" || source.maker?.op === "AveragePool";
  const finer = isPooling ? maps.find((one) => one.map.tensor === source.maker?.inputs[0]) : undefined;
  return finer ? beforePooling(finer, maps) : map;
}

function named(graph: Graph, maps: readonly Candidate[], at: string): FeatureMap {
  const tensor = tensorNamed(graph, at);
  const found = maps.find(({ map }) => map.tensor === tensor);
  if (found) return { ...found.map, reason: `"${at}" was named by the caller.` };
  const nodes = maps.map(({ map }) => map.node);
  if (tensor === undefined) {
    throw new GraphError("no-such-node", `The graph has no node "${at}".`, suggestion(at, nodes));
  }
  const shape = formatShape(inferShapes(graph).get(tensor)?.shape);
  const last = nodes.slice(-3).reverse();
  const hint =
    last.length === 0 ? {} : { hint: `The last nodes that do: ${last.map((node) => `"${node}"`).join(", ")}.` };
  const message = `"${at}" gives ${shape}: not a map of places that the classes depend on.`;
  throw new GraphError("no-feature-map", message, hint);
}

/** What a node of this name gives first, or the tensor of this name. */
function tensorNamed(graph: Graph, at: string): string | undefined {
  const node = graph.nodes.find((one) => labelOf(one) === at);
  return node ? node.outputs[0] : producers(graph).has(at) ? at : undefined;
}
