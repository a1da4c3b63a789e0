import { floats, numbersOf, type Tensor } from "../base/tensor.ts";
import type { Attribute, Node } from "../onnx/graph.ts";
import type { Known } from "../onnx/shapes/known.ts";
import { attributeToInput } from "./attribute-to-input.ts";
import { labelOf } from "./names.ts";
import { refused, type Upgrade } from "./upgrade.ts";

/** Empty tensors stand for inputs that are not given, as opset 11 wrote them. */
export const withoutEmptyInputs: Upgrade["apply"] = (node, { known }) => {
  const inputs = node.inputs.map((name) => (name !== "" && known(name)?.shape?.[0] === 0 ? "" : name));
  return [{ ...node, inputs }];
};

/**
 * Resize before opset 11 and Upsample sampled at x / scale. The nearest element was the one in front where an axis grows,
 * the one behind where it shrinks: a Resize that does both becomes two.
 */
export const asymmetricResize: Upgrade["apply"] = (node, context) => {
  const [scales = "", Y = ""] = [node.inputs[1], node.outputs[0]];
  const growing = { ...resized(node, "floor"), inputs: [node.inputs[0] ?? "", "", scales] };
  const numbers = numbersOfVector(context.known(scales));
  const rounds = node.op === "Resize" && node.attributes.mode?.value !== "linear";
  if (!rounds || numbers?.every((scale) => scale >= 1)) return [growing];
  if (!numbers) throw refused(node, "scales", scales, "computed while it runs, so that nobody knows how it rounds");
  if (numbers.every((scale) => scale <= 1)) return [{ ...resized(node, "ceil"), inputs: growing.inputs }];
  const label = labelOf(node);
  const part = (stem: string, bound: (scale: number, one: number) => number) =>
    context.constant(`${label}.${stem}`, floats(numbers.map((scale) => bound(scale, 1))));
  const between = context.fresh(`${Y}.smaller`);
  const smaller = { ...resized(node, "ceil"), name: context.fresh(`${label}.smaller`), outputs: [between] };
  return [
    { ...smaller, inputs: [node.inputs[0] ?? "", "", part("smaller", Math.min)] },
    { ...growing, inputs: [between, "", part("larger", Math.max)] },
  ];
};

function resized(node: Node, nearest: "floor" | "ceil"): Node {
  const nearest_mode = { kind: "string", value: nearest } as const;
  const coordinate_transformation_mode = { kind: "string", value: "asymmetric" } as const;
  return { ...node, op: "Resize", attributes: { ...node.attributes, coordinate_transformation_mode, nearest_mode } };
}

const numbersOfVector = (known: Known | undefined): readonly number[] | undefined =>
  known?.constant && numbersOf(known.constant);

export const upsampleAsResize: Upgrade["apply"] = (node, context) =>
  asymmetricResize(attributeToInput("scales", 1, floatVector)(node, context), context);

const floatVector = (value: Attribute): Tensor => floats(value.kind === "floats" ? value.value : []);
