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

/** A tensor and one that is made of it. */
interface Step {
  readonly to: string;
  readonly from: string;
}

class Flow {
  readonly #graph: Graph;
  readonly #known: ReadonlyMap<string, Known>;
  readonly #places = new Map<string, Places>();
  readonly #makers = new Map<string, Node>();
  /** By node, for those that the output needs. */
  readonly #passages = new Map<Node, Passage>();
  /** Tensors whose numbers, or whose places where they keep them apart, reach the output. */
  readonly #read = new Set<string>();

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#known = inferShapes(graph);
    const needed = ancestors(
      graph,
      graph.outputs.map(({ name }) => name),
    );
    for (const { name, shape } of graph.inputs) this.#place(name, gridOn(shape, [2, 3]));
    for (const node of graph.nodes.filter(({ outputs }) => outputs.some((name) => needed.has(name)))) this.#pass(node);
    for (const { name } of graph.outputs) this.#read.add(name);
    for (const { from } of this.#steps()) this.#read.add(from);
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

  /** Tensors that no way from the picture to the output goes around: in their order no step leaps over them. */
  necks(): ReadonlySet<string> {
    const steps = [...this.#steps()].reverse();
    const picture = this.#graph.inputs.map(({ name }) => name);
    const order = new Map(
      [...picture, ...this.#graph.nodes.flatMap(({ outputs }) => outputs)].map((name, at) => [name, at]),
    );
    const reach = new Map<string, number>(picture.map((name) => [name, order.get(name) ?? 0]));
    for (const { from, to } of steps) {
      if (!reach.has(from)) continue;
      reach.set(from, Math.max(reach.get(from) ?? 0, order.get(to) ?? 0));
      if (!reach.has(to)) reach.set(to, order.get(to) ?? 0);
    }
    const necks = new Set<string>();
    let furthest = 0;
    for (const [name, at] of order) {
      if (!reach.has(name)) continue;
      if (furthest <= at) necks.add(name);
      furthest = Math.max(furthest, reach.get(name) ?? 0);
    }
    return necks;
  }

  #place(name: string, places: Places | undefined): void {
    if (places && name !== "") this.#places.set(name, places);
  }

  #pass(node: Node): void {
    const inputs = node.inputs.map((name) => {
      const known = this.#known.get(name);
      return known && { known, places: this.#places.get(name) };
    });
    const outputs = node.outputs.flatMap((name) => this.#known.get(name) ?? []);
    const found = passage({ node, inputs, outputs });
    this.#passages.set(node, found);
    for (const [at, name] of node.outputs.entries()) {
      this.#makers.set(name, node);
      this.#place(name, found.outputs[at]);
    }
  }

  /**
   * The steps by which something of the picture's places comes to the output, the last one first. A place that goes on as
   * the same place has come there only if places of what it becomes have.
   */
  *#steps(): Iterable<Step> {
    const { initializers } = this.#graph;
    const isConstant = (name: string) => name === "" || initializers.has(name);
    for (const [node, { outputs, from, unread = [] }] of [...this.#passages].reverse()) {
      for (const [at, name] of node.inputs.entries()) {
        if (isConstant(name) || (unread.includes(at) && this.#places.has(name))) continue;
        for (const [made, to] of node.outputs.entries()) {
          const alongside = from.includes(at) && outputs[made] !== undefined && this.#places.has(name);
          if (to !== "" && (!alongside || this.#read.has(to))) yield { from: name, to };
        }
      }
    }
  }
}
