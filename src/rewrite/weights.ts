import { GraphError } from "../base/errors.ts";
import { formatShape, sameShape } from "../base/shape.ts";
import { suggestion } from "../base/suggestion.ts";
import { floats, isDType, type Tensor } from "../base/tensor.ts";
import { consumers, type Graph, type Node, producers } from "../onnx/graph.ts";
import { attributesOf } from "../onnx/ops.ts";
import { findHead, type Head } from "./find-head.ts";
import { withInferredOutputs } from "./input.ts";

/**
 * The graph with other numbers in some of its initializers; all else is shared.
 *
 * @throws {GraphError} "no-such-node" · "bad-shape" where shape or dtype differ
 */
export function withWeights(graph: Graph, tensors: Readonly<Record<string, Tensor>>): Graph {
  const initializers = new Map(graph.initializers);
  for (const [name, value] of Object.entries(tensors)) {
    const old = graph.initializers.get(name);
    if (!old) {
      throw new GraphError(
        "no-such-node",
        `The graph has no weight "${name}".`,
        suggestion(name, graph.initializers.keys()),
      );
    }
    if (old.dtype !== value.dtype || !sameShape(old.shape, value.shape)) {
      throw new GraphError(
        "bad-shape",
        `The weight "${name}" is ${old.dtype} ${formatShape(old.shape)}, not ${value.dtype} ${formatShape(value.shape)}.`,
      );
    }
    initializers.set(name, value);
  }
  return { ...graph, initializers };
}

/**
 * Turns a classifier with the single logit z into one with the two logits [0, z]: softmax of those is [1 − σ(z), σ(z)],
 * so every reader of two-class models understands it.
 *
 * @throws {GraphError} "no-head" · "bad-shape" where the classifier has more than one unit or is no Gemm or MatMul
 */
export function widenSingleLogit(graph: Graph): Graph {
  const head = findHead(graph);
  if (head.classes !== 1 || head.kind === "Conv") {
    throw new GraphError("bad-shape", `A dense layer of one unit was expected at the end; ${head.reason}`);
  }
  const initializers = new Map(graph.initializers);
  for (const { name, axis } of unitTensors(graph, head)) {
    const value = initializers.get(name);
    if (value) initializers.set(name, withZeroFirst(value, axis));
  }
  return withInferredOutputs({ ...graph, initializers });
}

interface UnitTensor {
  readonly name: string;
  /** The axis that counts units. */
  readonly axis: number;
}

/** The classifier's weight and its biases: input C of the Gemm, and what Adds behind it bring. */
function unitTensors(graph: Graph, { node, kind }: Head): readonly UnitTensor[] {
  const [, weight = "", C = ""] = node.inputs;
  const transposed = kind === "Gemm" && attributesOf("Gemm", node.attributes).transB === 1;
  const biases = [...(C === "" ? [] : [C]), ...addedAfter(graph, node)].map((name) => ({
    name,
    axis: Math.max(0, (graph.initializers.get(name)?.shape.length ?? 1) - 1),
  }));
  return [{ name: weight, axis: transposed ? 0 : 1 }, ...biases];
}

function addedAfter(graph: Graph, node: Node): readonly string[] {
  const readers = consumers(graph);
  const makers = producers(graph);
  const names: string[] = [];
  for (let next: Node | undefined = node; next; ) {
    const reader: Node | undefined = readers.get(next.outputs[0] ?? "")?.[0];
    if (reader?.op === "Add") names.push(...reader.inputs.filter((name) => !makers.has(name)));
    next = reader;
  }
  return names;
}

/** A tensor with extent 1 at `axis`, with a zero put in front there: extent 2. A scalar becomes [0, b]. */
function withZeroFirst(value: Tensor, axis: number): Tensor {
  if (!isDType(value, "float32"))
    throw new GraphError("bad-shape", `A float32 weight was expected, not ${value.dtype}.`);
  const shape = value.shape.length === 0 ? [2] : value.shape.map((extent, at) => (at === axis ? 2 : extent));
  const inner = value.shape.slice(axis + 1).reduce((size, extent) => size * extent, 1);
  const outer = value.data.length / inner;
  const wide = new Float32Array(2 * value.data.length);
  for (let row = 0; row < outer; row++) {
    wide.set(value.data.subarray(row * inner, (row + 1) * inner), (2 * row + 1) * inner);
  }
  return floats(wide, shape);
}
