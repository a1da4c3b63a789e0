import { floats, ints, numbersOf, type Tensor } from "../base/tensor.ts";
import type { Attribute, Node } from "../onnx/graph.ts";
import { attention } from "./attention.ts";
import { attributeToInput } from "./attribute-to-input.ts";
import { mean, rmsNormalization, sum, swish } from "./lowerings.ts";
import { labelOf } from "./names.ts";
import { asymmetricResize, upsampleAsResize, withoutEmptyInputs } from "./resize-upgrades.ts";
import { intOf, refused, type Upgrade, type UpgradeContext } from "./upgrade.ts";

/** Of a tensor that is normalized in groups; networks have some thousands. */
const mostChannels = 2 ** 20;

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
    const given = numbersOf(value);
    const times = channels / given.length;
    if (!Number.isInteger(times) || channels > mostChannels)
      throw refused(node, "scale and bias", name, `numbers for ${given.length} groups of ${channels} channels`);
    const numbers = Array.from({ length: channels }, (_, at) => given[Math.floor(at / times)] ?? 0);
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

/** A Pad of some axes as one of all: onnxruntime 1.30 reads the pads wrongly where it moves a Transpose across it. */
const padOfAllAxes: Upgrade["apply"] = (node, { known, constant }) => {
  const [data = "", pads = "", value = "", axes = ""] = node.inputs;
  const [rank, amounts, along] = [known(data)?.shape?.length, known(pads)?.constant, known(axes)?.constant];
  if (axes === "" || rank === undefined || !amounts || !along) return [node];
  const spread = new Array<number>(2 * rank).fill(0);
  const numbers = numbersOf(amounts);
  for (const [at, axis] of numbersOf(along).entries()) {
    const front = axis < 0 ? axis + rank : axis;
    spread[front] = numbers[at] ?? 0;
    spread[front + rank] = numbers[at + along.data.length] ?? 0;
  }
  return [{ ...node, inputs: [data, constant(`${labelOf(node)}.pads`, ints(spread)), value] }];
};

const renamed =
  (op: string): Upgrade["apply"] =>
  (node) => [{ ...node, op }];

/** Of ops that are no op of `OPSET`, or that others say as well: one op fewer to know. */
const ALWAYS = Number.POSITIVE_INFINITY;

/**
 * What changed between opset 7 and `OPSET` in a way that matters to float32 models, by op, oldest first. Ops of
 * which only the list of types grew have no row.
 *
 * @see https://github.com/onnx/onnx/blob/main/docs/Changelog.md
 */
export const upgrades: Readonly<Record<string, readonly Upgrade[]>> = {
  Attention: [{ before: ALWAYS, apply: attention }],
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
  Mean: [{ before: ALWAYS, apply: mean }],
  Pad: [
    {
      before: 11,
      apply: inOrder(withDefault("value", 0), attributeToInput("pads", 1), attributeToInput("value", 2, floatScalar)),
    },
    { before: ALWAYS, apply: padOfAllAxes },
  ],
  RMSNormalization: [{ before: ALWAYS, apply: rmsNormalization }],
  ReduceL1: reduceBefore18,
  ReduceL2: reduceBefore18,
  ReduceLogSum: reduceBefore18,
  ReduceLogSumExp: reduceBefore18,
  ReduceMax: reduceBefore18,
  ReduceMean: reduceBefore18,
  ReduceMin: reduceBefore18,
  ReduceProd: reduceBefore18,
  ReduceSum: [{ before: 13, apply: axesToInput }],
  ReduceSumSquare: reduceBefore18,
  Resize: [
    { before: 11, apply: asymmetricResize },
    { before: ALWAYS, apply: withoutEmptyInputs },
  ],
  Scatter: [{ before: ALWAYS, apply: renamed("ScatterElements") }],
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
  TopK: [{ before: 10, apply: inOrder(attributeToInput("k", 1)) }],
  Sum: [{ before: ALWAYS, apply: sum }],
  Swish: [{ before: ALWAYS, apply: swish }],
  Unsqueeze: [{ before: 13, apply: axesToInput }],
  Upsample: [{ before: ALWAYS, apply: upsampleAsResize }],
};
