import { sameShape, sizeOf } from "../base/shape.ts";
import { numbersOf } from "../base/tensor.ts";
import { consumers, type Graph, type Node, producers } from "../onnx/graph.ts";
import { inferShapes } from "../onnx/shapes/infer.ts";
import { prune } from "./prune.ts";

/**
 * Lets a product be summed onto what it is added to: s·C + A·B, of an Add, a Mul by a constant s and a Gemm, becomes one
 * Gemm with C and beta = s. The moving mean of a dense layer's gradient is then made where it lies, without the gradient
 * and the scaled mean beside it: the largest tensors of a step of VGG.
 */
export function sumIntoProducts(graph: Graph): Graph {
  const sums = new Sums(graph);
  const nodes = graph.nodes.map((node) => sums.joined(node) ?? node);
  return nodes.every((node, at) => node === graph.nodes[at]) ? graph : prune({ ...graph, nodes });
}

class Sums {
  readonly #graph: Graph;
  readonly #makers: ReadonlyMap<string, Node>;
  readonly #readers: ReadonlyMap<string, readonly Node[]>;
  #known: ReturnType<typeof inferShapes> | undefined;

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#makers = producers(graph);
    this.#readers = consumers(graph);
  }

  /** Asked for when a sum looks like one to join: most graphs have none. */
  #shapeOf(name: string) {
    this.#known ??= inferShapes(this.#graph);
    return this.#known.get(name)?.shape;
  }

  /** The Gemm that an Add becomes. */
  joined(node: Node): Node | undefined {
    if (node.op !== "Add" || node.domain !== "") return undefined;
    for (const [at, name] of node.inputs.entries()) {
      const product = this.#ownMaker(name, "Gemm");
      const scaled = product && this.#scaled(node.inputs[1 - at] ?? "", node.outputs[0] ?? "");
      if (!product || !scaled || (product.inputs[2] ?? "") !== "" || !this.#isAlike(name, scaled.C)) continue;
      const [A = "", B = ""] = product.inputs;
      const attributes = { ...product.attributes, beta: { kind: "float", value: scaled.by } } as const;
      return { ...product, name: node.name, inputs: [A, B, scaled.C], outputs: node.outputs, attributes };
    }
    return undefined;
  }

  /** C and the number it is multiplied with, where C has the shape of `like`, a matrix. */
  #scaled(name: string, like: string): { readonly C: string; readonly by: number } | undefined {
    const factors = this.#ownMaker(name, "Mul")?.inputs ?? [];
    for (const [at, C] of factors.entries()) {
      const constant = this.#graph.initializers.get(factors[1 - at] ?? "");
      if (!constant || sizeOf(constant.shape) !== 1 || this.#shapeOf(like)?.length !== 2 || !this.#isAlike(C, like))
        continue;
      return { C, by: numbersOf(constant)[0] ?? 0 };
    }
    return undefined;
  }

  /** Whether two tensors have one shape: neither is repeated beside the other. */
  #isAlike(one: string, other: string): boolean {
    const [from, to] = [this.#shapeOf(one), this.#shapeOf(other)];
    return from !== undefined && to !== undefined && sameShape(from, to);
  }

  /** The node of this op that makes a tensor which one node alone reads. */
  #ownMaker(name: string, op: string): Node | undefined {
    const maker = this.#makers.get(name);
    const isGiven = this.#graph.outputs.some((output) => output.name === name);
    const isOwn = this.#readers.get(name)?.length === 1 && !isGiven;
    return isOwn && maker?.op === op && maker.domain === "" ? maker : undefined;
  }
}
