import type { DType } from "../base/dtype.ts";
import type { Shape } from "../base/shape.ts";
import type { Tensor } from "../base/tensor.ts";

/** The opset (domain "") that every graph inside of Regraft speaks. `rewrite/raise-opset` brings models up to it. */
export const OPSET = 21;

/** An attribute with its ONNX kind, so that ints and floats survive a round trip. Ints are JavaScript numbers. */
export type Attribute =
  | { readonly kind: "int"; readonly value: number }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "tensor"; readonly value: Tensor }
  | { readonly kind: "graph"; readonly value: Graph }
  | { readonly kind: "ints"; readonly value: readonly number[] }
  | { readonly kind: "floats"; readonly value: readonly number[] }
  | { readonly kind: "strings"; readonly value: readonly string[] };

export type Attributes = Readonly<Record<string, Attribute>>;

/** One operation. Names of tensors connect nodes; an absent optional input or output is "". */
export interface Node {
  readonly name: string;
  readonly op: string;
  /** "" is ONNX's own domain. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

/** What is known of a named tensor. */
export interface ValueInfo {
  readonly name: string;
  readonly dtype: DType;
  /** undefined: not even the rank is known. */
  readonly shape: Shape | undefined;
}

/** A dataflow graph. Frozen: a rewrite makes a new one that shares what did not change. */
export interface Graph {
  readonly name: string;
  /** Real inputs only: initializers that old exporters list as inputs are not among them. */
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** In topological order. */
  readonly nodes: readonly Node[];
  /** Weights and constants by name. */
  readonly initializers: ReadonlyMap<string, Tensor>;
  /** Versions of the other domains that nodes come from, by domain; ONNX's own is `OPSET`. */
  readonly domains?: ReadonlyMap<string, number> | undefined;
}

/** A graph with what an ONNX file says around it. */
export interface Model {
  readonly graph: Graph;
  readonly irVersion: number;
  /** Version by domain; ONNX's own domain is "". */
  readonly opsets: ReadonlyMap<string, number>;
  readonly producer: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Nodes by name that are written for another opset than the model: they come out of functions that had their own. */
  readonly nodeOpsets?: ReadonlyMap<string, number>;
  /** Names of outputs that the file has and the graph has not, because they hold no numbers: texts, sequences, maps. */
  readonly opaqueOutputs?: readonly string[];
}

/** The node that makes each tensor, by tensor name. */
export function producers(graph: Graph): ReadonlyMap<string, Node> {
  return new Map(graph.nodes.flatMap((node) => node.outputs.filter(Boolean).map((name) => [name, node] as const)));
}

/** The nodes that read each tensor, by tensor name, in graph order. */
export function consumers(graph: Graph): ReadonlyMap<string, readonly Node[]> {
  const readers = new Map<string, Node[]>();
  for (const node of graph.nodes) {
    for (const name of new Set(node.inputs)) {
      if (name === "") continue;
      const known = readers.get(name);
      if (known) known.push(node);
      else readers.set(name, [node]);
    }
  }
  return readers;
}
