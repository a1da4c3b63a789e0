import { GraphError } from "../../base/errors.ts";
import { type Dim, formatShape } from "../../base/shape.ts";
import { floats, ints, type Tensor } from "../../base/tensor.ts";
import type { Attribute, Graph, Node } from "../graph.ts";
import { attributesOf, bareName, isKnownOp, isOptional, isVariadic, type OpName, type OpSpec, ops } from "../ops.ts";
import type { Inferred, Known } from "./known.ts";
import { demand, type RuleContext, requireAxes, ShapeConflict, type ShapeRule } from "./rule.ts";
import { shapeRules } from "./rules.ts";

/**
 * dtype and shape of a node's outputs, in order, and their numbers where they follow from constants. Outputs of an op
 * that Regraft does not know, or of another domain, have an unknown shape and the dtype of the first input. Extents
 * that cannot be followed get a name of their own, `<tensor>.<axis>`.
 *
 * @param inputs what is known of each input, in order; undefined where an optional input is absent
 * @throws {GraphError} "bad-shape" where shapes contradict each other, "bad-graph" where a required input is missing
 */
export function inferNode(node: Node, inputs: readonly (Known | undefined)[]): readonly Known[] {
  const { op, domain, outputs } = node;
  const known = domain === "" && isKnownOp(op);
  const inferred = known ? applied(op, node, inputs) : [];
  const dtype = inferred[0]?.dtype ?? inputs.find(Boolean)?.dtype ?? "float32";
  return outputs.map((name, at) => {
    const { shape, ...rest } = inferred[at] ?? { dtype, shape: undefined };
    return { ...rest, name, shape: shape?.map((dim, axis) => dim ?? `${name}.${axis}`) };
  });
}

const contradicts =
  "Is the model made for pictures of another size than its preprocessing makes? Else it contradicts itself: export it again.";

/** What is to be said of a node's outputs, from what is known of its inputs and what its shape rule says. */
export type Learn = (node: Node, inputs: readonly (Known | undefined)[], outputs: readonly Known[]) => readonly Known[];

/**
 * What is known of every tensor of a graph by its name: inputs, initializers and all node outputs.
 *
 * @param learn says more of a node's outputs than their shape rule does: what follows sees it
 * @throws {GraphError} as `inferNode`; "bad-graph" where a node reads a tensor that does not exist before it
 */
export function inferShapes(
  graph: Graph,
  learn: Learn = (_node, _inputs, outputs) => outputs,
): ReadonlyMap<string, Known> {
  const known = new Map<string, Known>(graph.inputs.map((input) => [input.name, input]));
  for (const [name, constant] of graph.initializers) {
    known.set(name, { name, dtype: constant.dtype, shape: constant.shape, constant });
  }
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => (name === "" ? undefined : existing(known, name, node)));
    const outputs = learn(node, inputs, inferNode(node, inputs));
    for (const output of outputs) if (output.name !== "") known.set(output.name, output);
  }
  return known;
}

function existing(known: ReadonlyMap<string, Known>, name: string, node: Node): Known {
  const found = known.get(name);
  if (found) return found;
  const message = `${node.op} "${node.name}" reads "${name}", which no input or earlier node makes.`;
  throw new GraphError("bad-graph", message, { hint: contradicts });
}

function applied<O extends OpName>(op: O, node: Node, inputs: readonly (Known | undefined)[]): readonly Inferred[] {
  const rule: ShapeRule<O> = shapeRules[op];
  const context = {
    ...inputsByName(op, node, inputs),
    attributes: attributesOf(op, node.attributes),
    outputs: node.outputs.length,
  } as RuleContext<O>;
  try {
    const inferred: readonly Inferred[] = rule(context);
    for (const { shape } of inferred) {
      requireAxes(shape?.length ?? 0);
      shape?.forEach(checkExtent);
    }
    return inferred;
  } catch (error) {
    if (!(error instanceof ShapeConflict)) throw error;
    const given = inputs.map((input) => (input ? `${input.name} ${formatShape(input.shape)}` : "-")).join(", ");
    throw new GraphError("bad-shape", `${op} "${node.name}" (${given}): ${error.message}.`, { hint: contradicts });
  }
}

function checkExtent(dim: Dim | undefined): void {
  demand(typeof dim !== "number" || (Number.isSafeInteger(dim) && dim >= 0), () => `an output extent of ${dim}`);
}

/** The inputs under ONNX's names. Opsets before `OPSET` give some of them as an attribute of that name. */
function inputsByName(
  op: OpName,
  node: Node,
  inputs: readonly (Known | undefined)[],
): Readonly<Record<string, unknown>> {
  const spec: OpSpec = ops[op];
  if (inputs.length > spec.inputs.length && !spec.inputs.some(isVariadic)) {
    throw new GraphError(
      "bad-graph",
      `${op} "${node.name}" has ${inputs.length} inputs; it takes ${spec.inputs.length}.`,
      { hint: contradicts },
    );
  }
  const named = spec.inputs.map((slot, at) => {
    const name = bareName(slot);
    if (isVariadic(slot)) return [name, inputs.slice(at).filter((input) => input !== undefined)] as const;
    const input = inputs[at] ?? unknownInput(node.inputs[at] ?? "") ?? fromAttribute(name, node.attributes[name]);
    if (input || isOptional(slot)) return [name, input] as const;
    throw new GraphError("bad-graph", `${op} "${node.name}" lacks its input ${name}.`, { hint: contradicts });
  });
  return Object.fromEntries(named);
}

/** A tensor that the node reads and of which the caller knows nothing. */
const unknownInput = (name: string): Known | undefined =>
  name === "" ? undefined : { name, dtype: "float32", shape: undefined };

function fromAttribute(name: string, attribute: Attribute | undefined): Known | undefined {
  if (attribute?.kind === "ints") return constantOf(name, ints(attribute.value));
  return attribute?.kind === "float" ? constantOf(name, floats([attribute.value], [])) : undefined;
}

const constantOf = (name: string, constant: Tensor): Known => ({
  name,
  dtype: constant.dtype,
  shape: constant.shape,
  constant,
});
