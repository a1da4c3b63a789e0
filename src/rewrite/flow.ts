import { numbersOf, type Tensor } from "../base/tensor.ts";
import type { Graph, Node } from "../onnx/graph.ts";

/**
 * Ops that give on what they read, in another shape, order or type. An engine may leave it where it is (Reshape and its
 * kin are views), leave the node out where it changes nothing (Slice, Expand, Pad, Cast), or carry it past what reads its
 * output, which then reads its input (Transpose, the reorderings of blocks).
 */
const movements: ReadonlySet<string> = new Set([
  ...["Identity", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Expand", "Cast", "Dropout"],
  ...["Slice", "Split", "Concat", "Pad", "Tile", "Gather", "DepthToSpace", "SpaceToDepth"],
  ...["ReorderInput", "ReorderOutput"],
]);

/**
 * Ops that may give on one operand where the other is a constant number, and which: engines leave out a sum with 0, and
 * carry a factor into the product that reads the scaled tensor, which then reads the tensor itself.
 */
const neutral: ReadonlyMap<string, number | "any"> = new Map<string, number | "any">([
  ["Add", 0],
  ["Sub", 0],
  ["Mul", "any"],
  ["Div", "any"],
]);

/** Ops that look at the shape of what they read, so that an engine may know their result before it runs. */
const shapeReaders: ReadonlySet<string> = new Set(["Shape", "Size"]);

/** Which nodes of a graph have to run before which others. */
export class Flow {
  readonly #nodes: readonly Node[];
  readonly #positions: ReadonlyMap<Node, number>;
  readonly #makers = new Map<string, number>();
  readonly #readers = new Map<string, number[]>();
  readonly #given: ReadonlySet<string>;
  readonly #initializers: ReadonlyMap<string, Tensor>;

  constructor({ nodes, outputs, initializers }: Graph) {
    this.#nodes = nodes;
    this.#positions = new Map(nodes.map((node, at) => [node, at]));
    this.#given = new Set(outputs.map(({ name }) => name));
    this.#initializers = initializers;
    for (const [at, node] of nodes.entries()) {
      for (const name of node.outputs) if (name !== "") this.#makers.set(name, at);
      if (!shapeReaders.has(node.op)) for (const name of new Set(node.inputs)) this.#addReader(name, at);
    }
  }

  /** The node that makes a tensor; undefined for inputs and initializers. */
  maker(tensor: string): Node | undefined {
    return this.#nodes[this.#makers.get(tensor) ?? -1];
  }

  /**
   * The nodes that read a tensor's numbers, itself or as a node gives them on that may not copy them.
   *
   * @returns undefined where an output of the graph may be the tensor itself
   */
  readers(tensor: string): ReadonlySet<Node> | undefined {
    const found = new Set<Node>();
    const open = [tensor];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      if (this.#given.has(name)) return undefined;
      for (const at of this.#readersOf(name)) {
        const node = this.#nodes[at];
        if (!node || found.has(node)) continue;
        found.add(node);
        if (this.#moves(node)) open.push(...node.outputs.filter(Boolean));
      }
    }
    return found;
  }

  /** Whether a tensor is what one of `readers` gives on of what it reads. */
  passesOn(tensor: string, readers: ReadonlySet<Node>): boolean {
    const maker = this.maker(tensor);
    return maker !== undefined && readers.has(maker) && this.#moves(maker);
  }

  /** In the graph's order, a node and all those whose outputs are for it alone: an engine may make one node of them. */
  joinable(node: Node): readonly Node[] {
    const joined = new Set<number>();
    const open = new Set([this.#at(node)]);
    // The last first: what reads a node has been decided on when its turn comes.
    for (let at = Math.max(...open); open.delete(at); at = Math.max(...open)) {
      if (joined.size > 0 && !this.#isFor(at, joined)) continue;
      joined.add(at);
      for (const maker of this.#makersFor(at)) open.add(maker);
    }
    return [...joined].sort((one, other) => one - other).flatMap((at) => this.#nodes[at] ?? []);
  }

  #isFor(at: number, readers: ReadonlySet<number>): boolean {
    const outputs = this.#nodes[at]?.outputs ?? [];
    if (outputs.some((name) => this.#given.has(name))) return false;
    // None where only the shape is looked at.
    const all = outputs.flatMap((name) => this.#readersOf(name));
    return all.length > 0 && all.every((reader) => readers.has(reader));
  }

  #makersFor(at: number): readonly number[] {
    return (this.#nodes[at]?.inputs ?? []).flatMap((name) => this.#makers.get(name) ?? []);
  }

  /** Those of `nodes` that need not have run when `after` does. */
  notBefore(nodes: Iterable<Node>, after: Node): readonly Node[] {
    const above = this.#above(after);
    return [...nodes].filter((node) => !above.has(this.#at(node)));
  }

  /** The first node in the graph's order for which `accepts` holds, that needs all of `nodes` and not `but`. */
  firstAfter(
    nodes: readonly Node[],
    { but, accepts }: { readonly but: Node; readonly accepts: (node: Node) => boolean },
  ) {
    const below = nodes.map((node) => this.#below(node));
    const excluded = this.#below(but);
    return this.#nodes.find((node, at) => accepts(node) && !excluded.has(at) && below.every((all) => all.has(at)));
  }

  #above(node: Node): ReadonlySet<number> {
    return reached(this.#at(node), (at) => (shapeReaders.has(this.#nodes[at]?.op ?? "") ? [] : this.#makersFor(at)));
  }

  #below(node: Node): ReadonlySet<number> {
    return reached(this.#at(node), (at) => (this.#nodes[at]?.outputs ?? []).flatMap((name) => this.#readersOf(name)));
  }

  #moves({ op, inputs }: Node): boolean {
    const one = neutral.get(op);
    return movements.has(op) || (one !== undefined && inputs.some((name) => this.#isNumber(name, one)));
  }

  #isNumber(name: string, wanted: number | "any"): boolean {
    const numbers = this.#initializers.get(name);
    return numbers?.data.length === 1 && (wanted === "any" || numbersOf(numbers)[0] === wanted);
  }

  #at(node: Node): number {
    return this.#positions.get(node) ?? -1;
  }

  #readersOf(name: string): readonly number[] {
    return this.#readers.get(name) ?? [];
  }

  #addReader(name: string, at: number): void {
    const known = this.#readers.get(name);
    if (known) known.push(at);
    else this.#readers.set(name, [at]);
  }
}

function reached(from: number, next: (at: number) => readonly number[]): ReadonlySet<number> {
  const found = new Set([from]);
  const open = [from];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const other of next(at)) {
      if (found.has(other)) continue;
      found.add(other);
      open.push(other);
    }
  }
  return found;
}
