import { isStatic, sizeOf } from "../base/shape.ts";
import type { Graph, Node } from "../onnx/graph.ts";
import { Flow } from "./flow.ts";
import { type Wait, withWaits } from "./wait.ts";

/** Output name to the name of the graph input that it is the new value of: as many numbers. */
export type Updates = Readonly<Record<string, string>>;

export interface InPlace {
  /** The same function. */
  readonly graph: Graph;
  /** Of the updated inputs, those whose new value may be written over the old one while the graph runs. */
  readonly inPlace: readonly string[];
}

export interface InPlaceOptions {
  /** The fewest numbers in a tensor that is worth it: for smaller ones a second buffer costs less than looking. */
  readonly from?: number;
}

const WORTH_LOOKING = 2 ** 16;

/**
 * Orders a step so that what is updated needs no second buffer: an update may be written over the old value if everything
 * that reads the old value comes before it, in whatever order an engine takes the nodes. For moments that is so as they
 * are made. A weight is also read for the gradient of its layer's input, with which its update has nothing to do: there
 * the scalar of the update, its learning rate, is made to wait for a sum that follows from that gradient.
 */
export function updatesInPlace(graph: Graph, updates: Updates, { from = WORTH_LOOKING }: InPlaceOptions = {}): InPlace {
  const flow = new Flow(graph);
  const sizes = new Map(graph.inputs.map(({ name, shape }) => [name, shape && isStatic(shape) ? sizeOf(shape) : 0]));
  const large = Object.entries(updates).filter(([, state]) => (sizes.get(state) ?? 0) >= from);
  const possible = large.flatMap(([output, state]) => overwriteOf(flow, output, state) ?? []);
  const waits = possible.flatMap((overwrite) => waitOf(graph, flow, overwrite) ?? []);
  const ordered = withWaits(graph, waits) ?? graph;
  const final = ordered === graph ? flow : new Flow(ordered);
  const safe = possible.filter(({ output, state }) => {
    const overwrite = overwriteOf(final, output, state);
    return overwrite && lateReaders(final, overwrite).length === 0;
  });
  return { graph: ordered, inPlace: safe.map(({ state }) => state) };
}

/** An update that may be written over the old value, where that has been read by everything else. */
interface Overwrite {
  readonly output: string;
  readonly state: string;
  /** The node that writes. */
  readonly maker: Node;
  /** All that read the old value. */
  readonly readers: ReadonlySet<Node>;
}

/**
 * The operands that an op may write its output over, of the same shape. Add and its kin read an element before they write
 * the one in its place. Gemm's kernel copies C to Y, here onto itself, before it adds the product: A and B it goes on reading.
 * So does the convolution on blocks with what is summed onto it.
 */
const overwritten: ReadonlyMap<string, readonly number[]> = new Map([
  ["Add", [0, 1]],
  ["Sub", [0, 1]],
  ["Mul", [0, 1]],
  ["Div", [0, 1]],
  ["Gemm", [2]],
  ["com.microsoft.nchwc.Conv", [3]],
]);

/**
 * An engine may make one node of the update and of what is there for it alone: MatMul and Add become a Gemm. So all of
 * that has to write only over what it has read, not the update's own node alone.
 */
function overwriteOf(flow: Flow, output: string, state: string): Overwrite | undefined {
  const [maker, readers] = [flow.maker(output), flow.readers(state)];
  if (!maker || !readers) return undefined;
  const inPlace = new Set([state]);
  const isMoved = (name: string) => !inPlace.has(name) && flow.passesOn(name, readers);
  for (const { op, domain, inputs, outputs } of flow.joinable(maker)) {
    const read = inputs.flatMap((name, at) => (inPlace.has(name) || isMoved(name) ? [at] : []));
    if (read.length === 0) continue;
    // A Reshape in front leaves every number where it is.
    const isView = op === "Reshape" && domain === "" && inPlace.has(inputs[0] ?? "") && outputs[0] !== output;
    const may = isView ? [0] : overwritten.get(domain === "" ? op : `${domain}.${op}`);
    if (!read.every((at) => may?.includes(at)) || inputs.some(isMoved)) return undefined;
    for (const name of outputs) inPlace.add(name);
  }
  return { output, state, maker, readers };
}

const lateReaders = (flow: Flow, { readers, maker }: Overwrite): readonly Node[] => flow.notBefore(readers, maker);

function waitOf(graph: Graph, flow: Flow, overwrite: Overwrite): Wait | undefined {
  const late = lateReaders(flow, overwrite);
  const reader = late.length === 0 ? undefined : scalarReader(graph, flow, overwrite.maker);
  // Not below the node that waits, or both would; a sum, for it is small.
  const until = reader && flow.firstAfter(late, { but: reader.at, accepts: ({ op }) => op === "ReduceSum" });
  return until && { ...reader, until };
}

/** The node next above `maker`, or itself, that reads a scalar input of the graph. */
function scalarReader({ inputs }: Graph, flow: Flow, maker: Node): Pick<Wait, "at" | "scalar"> | undefined {
  const scalars = new Set(inputs.filter(({ shape }) => shape?.length === 0).map(({ name }) => name));
  for (const at of [maker, ...maker.inputs.flatMap((name) => flow.maker(name) ?? [])]) {
    const scalar = at.inputs.find((name) => scalars.has(name));
    if (scalar !== undefined) return { at, scalar };
  }
  return undefined;
}
