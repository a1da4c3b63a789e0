import { isStatic, type Shape, sizeOf } from "../base/shape.ts";
import { ints, type Tensor } from "../base/tensor.ts";
import type { Graph, Node } from "../onnx/graph.ts";
import { isKnownOp } from "../onnx/ops.ts";
import { inferShapes } from "../onnx/shapes/infer.ts";
import type { Known } from "../onnx/shapes/known.ts";
import { constantRules } from "./constant-rules.ts";
import { freshNames, tensorNames } from "./names.ts";

/**
 * Turns every tensor that can be computed now into an initializer: Constant nodes, shape arithmetic, transposed, cast
 * and reshaped weights. The target of a Reshape becomes constant where at most one extent is unknown. An Identity of a
 * weight becomes a weight of its own that shares the bytes: exporters merge equal weights that are not tied.
 *
 * Graph outputs stay outputs of nodes.
 */
export function foldConstants(graph: Graph): Graph {
  const known = inferShapes(graph, computed);
  const initializers = new Map(graph.initializers);
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const fresh = freshNames(tensorNames(graph));
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    const values = node.outputs.some((name) => outputs.has(name)) ? undefined : constantOutputs(node, known);
    if (values) for (const [name, value] of values) initializers.set(name, value);
    else nodes.push(withConstantTarget(node, known, initializers, fresh));
  }
  return { ...graph, nodes, initializers };
}

type KnownValues = ReadonlyMap<string, Known>;

/** All outputs of a node by name, or undefined where one is not computable now. */
function constantOutputs(node: Node, known: KnownValues): readonly [string, Tensor][] | undefined {
  const names = node.outputs.filter((name) => name !== "");
  const pairs = names.flatMap((name) => {
    const value = known.get(name)?.constant;
    return value ? [[name, value] satisfies [string, Tensor]] : [];
  });
  return pairs.length === names.length && names.length > 0 ? pairs : undefined;
}

/** The numbers of a node's only output, where all inputs are constant and a rule computes it. */
function computed(node: Node, inputs: readonly (Known | undefined)[], outputs: readonly Known[]): readonly Known[] {
  const [output, ...others] = outputs;
  if (!output?.shape || others.length > 0 || output.constant || node.domain !== "" || !isKnownOp(node.op))
    return outputs;
  const given = inputs.filter((input) => input !== undefined);
  const constants = given.map(({ constant }) => constant).filter((value) => value !== undefined);
  if (constants.length < given.length || !isStatic(output.shape)) return outputs;
  const { shape, dtype } = output;
  if (sizeOf(shape) > Math.max(MOST_FOLDED, ...constants.map(({ data }) => data.length))) return outputs;
  const constant = constantRules[node.op]?.({ inputs: constants, attributes: node.attributes, shape, dtype });
  return constant ? [{ ...output, constant }] : outputs;
}

/** Elements of a constant that grows by being computed: a few numbers can ask for more than there is memory. */
const MOST_FOLDED = 2 ** 24;

/** A Reshape to a computed shape, with the shape as numbers; -1 stands for the one extent that is a name. */
function withConstantTarget(
  node: Node,
  known: KnownValues,
  initializers: Map<string, Tensor>,
  fresh: (stem: string) => string,
): Node {
  const [data = "", target = ""] = node.inputs;
  if (node.op !== "Reshape" || node.domain !== "" || initializers.has(target)) return node;
  // Of data that nothing is known of, the target says what the extents are called.
  if (!known.get(data)?.shape) return node;
  const extents = constantTarget(known.get(node.outputs[0] ?? "")?.shape);
  if (!extents) return node;
  const name = fresh(`${node.outputs[0]}.shape`);
  initializers.set(name, ints(extents));
  return { ...node, inputs: [data, name], attributes: {} };
}

function constantTarget(shape: Shape | undefined): readonly number[] | undefined {
  if (!shape || shape.includes(0)) return undefined;
  const named = shape.filter((extent) => typeof extent === "string").length;
  return named > 1 ? undefined : shape.map((extent) => (typeof extent === "number" ? extent : -1));
}
