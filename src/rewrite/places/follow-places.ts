import type { Graph, Node } from "../../onnx/graph.ts";
import { inferShapes } from "../../onnx/shapes/infer.ts";
import type { Known } from "../../onnx/shapes/known.ts";
import { ancestors } from "../prune.ts";
import { type Passage, passage } from "./passage.ts";
import { gridOn, type Places } from "./places.ts";

/** A tensor that keeps the places of the picture apart, between the picture and the output. */
export interface PlacedTensor {
  readonly known: Known;
  readonly places: Places;
  /** The node that makes it; undefined for the picture. */
  readonly maker: Node | undefined;
  /**
   * Whether the output depends on its places. Behind the last attention of a network that decides by its class token it
   * does not: nothing reads the other tokens any more.
   */
  readonly isRead: boolean;
  /** Whether all that the output knows of places comes through this tensor alone. */
  readonly isNeck: boolean;
}

/**
 * The tensors that keep the places of the picture apart, in the graph's order, the picture first. A place is followed
 * through convolutions, pooling, what is elementwise, reshaping and attention.
 *
 * @param graph a picture [N, 3, H, W] in, one output
 */
export function followPlaces(graph: Graph): readonly PlacedTensor[] {
  const flow = new Flow(graph);
  const necks = flow.necks();
  return flow.placed.map(({ name, places, known, maker }) => ({
    known,
    places,
    maker,
    isRead: flow.isRead(name),
    isNeck: necks.has(name),
  }));
}

/** Ops that tell how large a tensor is, and nothing of what is in it. */
const extentsAlone: ReadonlySet<string> = new Set(["Shape", "Size"]);

/** How something of the picture gets from a tensor to one that is made of it. */
interface Step {
  readonly from: string;
  readonly to: string;
  /** "along": a place stays the place that it is; "mixed": it may go to any; "elsewhere": only what was mixed before. */
  readonly way: "along" | "mixed" | "elsewhere";
}

class Flow {
  readonly #known: ReadonlyMap<string, Known>;
  readonly #places = new Map<string, Places>();
  readonly #makers = new Map<string, Node>();
  /** Forwards, between the tensors that the output needs. */
  readonly #steps: readonly Step[];
  readonly #order: readonly string[];
  /** Tensors of which the output reads the places. */
  readonly #read: ReadonlySet<string>;

  constructor(graph: Graph) {
    this.#known = inferShapes(graph);
    const needed = ancestors(
      graph,
      graph.outputs.map(({ name }) => name),
    );
    for (const { name, shape } of graph.inputs) this.#place(name, gridOn(shape, [2, 3]));
    const nodes = graph.nodes.filter(
      ({ op, outputs }) => outputs.some((name) => needed.has(name)) && !extentsAlone.has(op),
    );
    this.#steps = nodes.flatMap((node) => this.#pass(node)).filter(({ from }) => !graph.initializers.has(from));
    this.#order = [...graph.inputs.map(({ name }) => name), ...nodes.flatMap(({ outputs }) => outputs)];
    const read = new Set<string>();
    for (const { from, to, way } of this.#steps.toReversed()) {
      if (way === "mixed" || (way === "along" && read.has(to))) read.add(from);
    }
    this.#read = read;
  }

  get placed() {
    return [...this.#places].flatMap(([name, places]) => {
      const known = this.#known.get(name);
      return known ? [{ name, places, known, maker: this.#makers.get(name) }] : [];
    });
  }

  isRead(name: string): boolean {
    return this.#read.has(name);
  }

  /**
   * Tensors that no way from the picture to the output goes around: in the graph's order no step leaps over them. From a
   * tensor whose places are read nothing goes by way of its class token.
   */
  necks(): ReadonlySet<string> {
    const order = new Map(this.#order.map((name, at) => [name, at]));
    const furthest = new Map(this.#order.slice(0, 1).map((name) => [name, 0]));
    for (const { from, to, way } of this.#steps) {
      const [reached, next] = [furthest.get(from), order.get(to)];
      const goes = !this.#read.has(from) || way === "mixed" || (way === "along" && this.#read.has(to));
      if (reached === undefined || next === undefined || !goes) continue;
      furthest.set(from, Math.max(reached, next));
      if (!furthest.has(to)) furthest.set(to, next);
    }
    const necks = new Set<string>();
    let leap = 0;
    for (const [at, name] of this.#order.entries()) {
      const reached = furthest.get(name);
      if (reached !== undefined && leap <= at) necks.add(name);
      leap = Math.max(leap, reached ?? 0);
    }
    return necks;
  }

  #place(name: string, places: Places | undefined): void {
    if (places && name !== "") this.#places.set(name, places);
  }

  #pass(node: Node): readonly Step[] {
    const inputs = node.inputs.map((name) => {
      const known = this.#known.get(name);
      return known && { known, places: this.#places.get(name) };
    });
    const outputs = node.outputs.flatMap((name) => this.#known.get(name) ?? []);
    const found = passage({ node, inputs, outputs });
    for (const [at, name] of node.outputs.entries()) {
      this.#makers.set(name, node);
      this.#place(name, found.outputs[at]);
    }
    return node.inputs.flatMap((from, at) =>
      node.outputs.map((to) => ({ from, to, way: this.#way(found, at, { from, to }) })),
    );
  }

  /** What keeps no places apart has mixed ones alone. */
  #way({ from, unread = [] }: Passage, at: number, step: Pick<Step, "from" | "to">): Step["way"] {
    if (!this.#places.has(step.from) || unread.includes(at)) return "elsewhere";
    return from.includes(at) && this.#places.has(step.to) ? "along" : "mixed";
  }
}
