import { ModelError } from "../base/errors.ts";
import { floats, ints, numbersOf, type Tensor } from "../base/tensor.ts";
import type { Attribute, Node } from "../onnx/graph.ts";
import type { Known } from "../onnx/shapes/known.ts";
import { labelOf } from "./names.ts";

/** What an upgrade may ask of the graph around its node. */
export interface UpgradeContext {
  /** A tensor or node name that is free. */
  fresh(stem: string): string;
  /** Adds an initializer and returns its name. */
  constant(stem: string, value: Tensor): string;
  /** What is known of a tensor that was made before this node. */
  known(name: string): Known | undefined;
  /** Whether a node reads the tensor, or the graph gives it out. */
  isRead(name: string): boolean;
}

/** Rewrites a node written for an opset below `before` into the form of `before`. */
interface Upgrade {
  readonly before: number;
  readonly apply: (node: Node, context: UpgradeContext) => readonly Node[];
}

/** Attribute `name` becomes input number `at`, made by `toTensor`; left out where the node does not carry it. */
function attributeToInput(name: string, at: number, toTensor: (value: Attribute) => Tensor = int64Tensor) {
  return (node: Node, { constant }: UpgradeContext): Node => {
    const { [name]: value, ...attributes } = node.attributes;
    if (value === undefined) return node;
    const inputs = Array.from({ length: Math.max(at + 1, node.inputs.length) }, (_, i) => node.inputs[i] ?? "");
    inputs[at] = constant(`${labelOf(node)}.${name}`, toTensor(value));
    return { ...node, inputs, attributes };
  };
}

function int64Tensor(value: Attribute): Tensor {
  return ints(value.kind === "ints" ? value.value : value.kind === "int" ? [value.value] : []);
}

const floatScalar = (value: Attribute): Tensor => floats(value.kind === "float" ? [value.value] : [0], []);

const inOrder =
  (...steps: readonly ((node: Node, context: UpgradeContext) => Node)[]): Upgrade["apply"] =>
  (node, context) => [steps.reduce((upgraded, step) => step(upgraded, context), node)];

/** A float attribute that the old form always had, with its default where the node leaves it out. */
const withDefault =
  (name: string, value: number) =>
  (node: Node): Node => ({ ...node, attributes: { [name]: { kind: "float", value }, ...node.attributes } });

const axesToInput = inOrder(attributeToInput("axes", 1));
const reduceBefore18: readonly Upgrade[] = [{ before: 18, apply: axesToInput }];

/**
 * Softmax over the axes from `axis` on, taken together, as it was before opset 13. With a last axis, or with extents
 * of 1 behind it, that is today's Softmax; otherwise Flatten to two axes, Softmax, and back.
 */
const softmaxOfRows: Upgrade["apply"] = (node, { fresh, known }) => {
  const [X = "", axis] = [node.inputs[0], intOf(node, "axis", 1)];
  const shape = known(X)?.shape;
  const first = axis < 0 && shape ? axis + shape.length : axis;
  const alone = axis === -1 || shape?.slice(first + 1).every((extent) => extent === 1);
  if (alone) return [{ ...node, attributes: { axis: { kind: "int", value: axis === -1 ? -1 : first } } }];

  const [rows, normalized, shapeOfX] = [fresh(`${X}.rows`), fresh(`${X}.softmax`), fresh(`${X}.shape`)];
  const plain = (op: string, inputs: readonly string[], output: string, attributes: Node["attributes"] = {}): Node => ({
    name: fresh(`${labelOf(node)}.${op}`),
    op,
    domain: "",
    inputs,
    outputs: [output],
    attributes,
  });
  return [
    plain("Flatten", [X], rows, { axis: { kind: "int", value: axis } }),
    { ...node, inputs: [rows], outputs: [normalized], attributes: { axis: { kind: "int", value: -1 } } },
    plain("Shape", [X], shapeOfX),
    plain("Reshape", [normalized, shapeOfX], node.outputs[0] ?? ""),
  ];
};

/** Drops `spatial` and the statistics outputs of a node that only infers. */
const inferenceBatchNorm: Upgrade["apply"] = (node, { isRead }) => {
  const { spatial, ...attributes } = node.attributes;
  const [Y = "", ...statistics] = node.outputs;
  if (spatial?.value === 0) throw refused(node, "spatial", 0, "one mean per pixel instead of one per channel");
  if (statistics.some((name) => name !== "" && isRead(name))) {
    throw refused(node, "outputs", node.outputs.length, "batch statistics that other nodes read");
  }
  return [{ ...node, outputs: [Y], attributes }];
};

/** One scale and bias per group, as they were in opset 18, repeated for each channel of the group. */
const perChannel: Upgrade["apply"] = (node, { constant, known }) => {
  const [X = "", ...perGroup] = node.inputs;
  const channels = known(X)?.shape?.[1];
  const repeated = perGroup.map((name) => {
    const value = known(name)?.constant;
    if (!value || typeof channels !== "number") {
      throw refused(
        node,
        "scale and bias",
        name,
        "numbers per group that are computed, or channels that are not known",
      );
    }
    const times = channels / value.data.length;
    const numbers = Array.from({ length: channels }, (_, at) => numbersOf(value)[Math.floor(at / times)] ?? 0);
    return constant(`${name}.per_channel`, floats(numbers));
  });
  return [{ ...node, inputs: [X, ...repeated] }];
};

/** The mask was a float tensor before opset 10: it is dropped where nothing reads it. */
const dropoutMask: Upgrade["apply"] = (node, { isRead }) => {
  const [output = "", mask = ""] = node.outputs;
  if (mask === "") return [node];
  if (isRead(mask)) throw refused(node, "mask", mask, "a float mask that other nodes read");
  return [{ ...node, outputs: [output] }];
};

/** Says how many parts there are, where no lengths are given. */
const countOutputs: Upgrade["apply"] = (node) => {
  if ((node.inputs[1] ?? "") !== "") return [node];
  const num_outputs: Attribute = { kind: "int", value: node.outputs.length };
  return [{ ...node, attributes: { ...node.attributes, num_outputs } }];
};

/** Sum of any number of tensors as a chain of Adds: one op fewer to know. */
const sumAsAdds: Upgrade["apply"] = (node, { fresh }) => {
  const [first = "", second, ...rest] = node.inputs;
  const output = node.outputs[0] ?? "";
  if (second === undefined) return [{ ...node, op: "Identity", attributes: {} }];
  const nodes: Node[] = [];
  let partial = first;
  for (const [at, next] of [second, ...rest].entries()) {
    const isLast = at === rest.length;
    const target = isLast ? output : fresh(`${output}.sum`);
    const name = isLast ? node.name : fresh(`${labelOf(node)}.Add`);
    nodes.push({ name, op: "Add", domain: "", inputs: [partial, next], outputs: [target], attributes: {} });
    partial = target;
  }
  return nodes;
};

const ALWAYS = Number.POSITIVE_INFINITY;

/**
 * What changed between opset 7 and `OPSET` in a way that matters to float32 models, by op, oldest first. Ops of
 * which only the list of types grew have no row.
 *
 * @see https://github.com/onnx/onnx/blob/main/docs/Changelog.md
 */
export const upgrades: Readonly<Record<string, readonly Upgrade[]>> = {
  BatchNormalization: [{ before: 14, apply: inferenceBatchNorm }],
  Clip: [
    { before: 11, apply: inOrder(attributeToInput("min", 1, floatScalar), attributeToInput("max", 2, floatScalar)) },
  ],
  Dropout: [
    { before: 10, apply: dropoutMask },
    { before: 12, apply: inOrder(withDefault("ratio", 0.5), attributeToInput("ratio", 1, floatScalar)) },
  ],
  GroupNormalization: [{ before: 21, apply: perChannel }],
  LogSoftmax: [{ before: 13, apply: softmaxOfRows }],
  Pad: [
    {
      before: 11,
      apply: inOrder(withDefault("value", 0), attributeToInput("pads", 1), attributeToInput("value", 2, floatScalar)),
    },
  ],
  ReduceMax: reduceBefore18,
  ReduceMean: reduceBefore18,
  ReduceSum: [{ before: 13, apply: axesToInput }],
  ReduceSumSquare: reduceBefore18,
  Slice: [
    {
      before: 10,
      apply: inOrder(attributeToInput("starts", 1), attributeToInput("ends", 2), attributeToInput("axes", 3)),
    },
  ],
  Softmax: [{ before: 13, apply: softmaxOfRows }],
  Split: [
    { before: 13, apply: inOrder(attributeToInput("split", 1)) },
    { before: 18, apply: countOutputs },
  ],
  Squeeze: [{ before: 13, apply: axesToInput }],
  Sum: [{ before: ALWAYS, apply: sumAsAdds }],
  Unsqueeze: [{ before: 13, apply: axesToInput }],
};

function intOf(node: Node, name: string, fallback: number): number {
  const attribute = node.attributes[name];
  return attribute?.kind === "int" ? attribute.value : fallback;
}

function refused(node: Node, what: string, value: string | number, meaning: string): ModelError {
  return new ModelError(
    "unsupported-attribute",
    `${node.op} "${labelOf(node)}" has ${what} = ${value}: ${meaning}, which Regraft does not handle.`,
    { hint: "Export the model for inference (eval mode) and at a newer opset." },
  );
}
