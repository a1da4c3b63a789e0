import type { Dim } from "../base/shape.ts";
import { ints } from "../base/tensor.ts";
import type { Graph, Node } from "../onnx/graph.ts";
import { inferShapes } from "../onnx/shapes/infer.ts";
import { exactQuotient } from "../onnx/shapes/symbolic.ts";
import { freshNames, tensorNames } from "./names.ts";

/**
 * Computes shapes that a part of a graph is given, [N, 16, 8], from the batch of another tensor that it is given too:
 * they then need not be kept for each example. Those that are no numbers and multiples of the batch stay inputs.
 *
 * @param part its inputs are tensors of `whole`
 * @param shapes names of tensors that Shape nodes of `whole` make
 */
export function withOwnShapes(part: Graph, whole: Graph, shapes: ReadonlySet<string>): Graph {
  const source = part.inputs.find(({ name, shape }) => !shapes.has(name) && typeof shape?.[0] === "string");
  const batch = source?.shape?.[0];
  if (!source || batch === undefined || !part.inputs.some(({ name }) => shapes.has(name))) return part;
  const known = inferShapes(whole);
  const made = new Maker(part, source.name, batch);
  const inputs = part.inputs.filter(({ name }) => {
    const extents = shapes.has(name) ? known.get(name)?.dims : undefined;
    return extents === undefined || !made.shape(name, extents);
  });
  return made.graph(inputs);
}

/** Adds nodes in front of a graph that make shapes of the batch of one tensor. */
class Maker {
  readonly #part: Graph;
  readonly #source: string;
  readonly #batch: Dim;
  readonly #nodes: Node[] = [];
  readonly #constants = new Map<string, ReturnType<typeof ints>>();
  readonly #fresh: (stem: string) => string;

  constructor(part: Graph, source: string, batch: Dim) {
    this.#part = part;
    this.#source = source;
    this.#batch = batch;
    this.#fresh = freshNames(new Set([...tensorNames(part), ...part.nodes.map(({ name }) => name)]));
  }

  /** Makes the tensor `name` of these extents; false where one of them is no multiple of the batch. */
  shape(name: string, extents: readonly Dim[]): boolean {
    const factors = extents.map((extent) => (typeof extent === "number" ? extent : exactQuotient(extent, this.#batch)));
    if (factors.some((factor) => typeof factor !== "number")) return false;
    const parts = extents.map((extent, at) => {
      const factor = this.#constant(name, Number(factors[at]));
      return typeof extent === "number"
        ? factor
        : this.#node("Mul", [this.#count(), factor], this.#fresh(`${name}.part`));
    });
    this.#node("Concat", parts, name, { axis: { kind: "int", value: 0 } });
    return true;
  }

  graph(inputs: Graph["inputs"]): Graph {
    return {
      ...this.#part,
      inputs,
      nodes: [...this.#nodes, ...this.#part.nodes],
      initializers: new Map([...this.#part.initializers, ...this.#constants]),
    };
  }

  /** The batch as [1] integer. */
  #count(): string {
    const name = this.#fresh(`${this.#source}.batch`);
    return this.#node("Shape", [this.#source], name, {
      start: { kind: "int", value: 0 },
      end: { kind: "int", value: 1 },
    });
  }

  #constant(stem: string, value: number): string {
    const name = this.#fresh(`${stem}.extent`);
    this.#constants.set(name, ints([value]));
    return name;
  }

  #node(op: string, inputs: readonly string[], output: string, attributes: Node["attributes"] = {}): string {
    this.#nodes.push({ name: this.#fresh(`${output}.${op}`), op, domain: "", inputs, outputs: [output], attributes });
    return output;
  }
}
