import { sizeOf } from "../../base/shape.ts";
import { numbersOf } from "../../base/tensor.ts";
import type { Attributes, Node } from "../../onnx/graph.ts";
import { attributesOf } from "../../onnx/ops.ts";
import { type KernelForm, kernel } from "./kernel.ts";
import { type BlockedLayout, NCHWC, type Picture } from "./layout.ts";
import type { BlockedRule } from "./rule.ts";
import { convAttributes } from "./window-attributes.ts";

/** What the engine's convolution takes in besides X, W and B. */
interface Fused {
  /** A node that follows, computed on the way out. */
  readonly activation?: { readonly node: Node; readonly attributes: Attributes } | undefined;
  /** A blocked tensor that is added before the activation. */
  readonly sum?: string | undefined;
}

/**
 * Conv on blocked tensors: over all channels, over blocks of them, each channel for itself, or from a few plain ones
 * (a picture's). What follows, an Add and an activation, is computed in the same pass.
 */
export const conv: BlockedRule = (node, layout) => {
  const form = formOf(node, layout);
  if (!form) return false;
  const [output = ""] = node.outputs;
  const reader = layout.onlyReader(output);
  const emit = () => write(node, form, layout, { activation: activationBehind(output, layout) });
  if (reader?.op !== "Add" || reader.domain !== "") {
    emit();
    return true;
  }
  return layout.defer(output, () => emit(), { blocked: true });
};

/** An Add whose one operand is a convolution's output that nobody else reads. */
export const addToConv: BlockedRule = (node, layout) => {
  const [output = ""] = node.outputs;
  for (const [at, name] of node.inputs.entries()) {
    const other = node.inputs[1 - at] ?? "";
    const made = layout.maker(name);
    if (made?.op !== "Conv" || !layout.isDeferred(name) || other === name) continue;
    if (layout.picture(other)?.join() !== layout.picture(name)?.join()) continue;
    const form = formOf(made, layout);
    if (!form) continue;
    const sum = layout.blocked(other);
    layout.drop(name);
    write({ ...made, outputs: [output] }, form, layout, { sum, activation: activationBehind(output, layout) });
    return true;
  }
  return false;
};

function write(node: Node, form: KernelForm, layout: BlockedLayout, { activation, sum }: Fused): void {
  const [X = "", W = "", B = ""] = node.inputs;
  const { group, pads, strides, dilations } = attributesOf("Conv", node.attributes);
  const [, , kh = 1, kw = 1] = layout.shape(W) ?? [];
  const inputs = [form === "picture" ? layout.plain(X) : layout.blocked(X), kernel(W, form, layout)];
  if (B !== "" || sum !== undefined) inputs.push(B === "" ? "" : layout.plain(B));
  if (sum !== undefined) inputs.push(sum);
  const made = layout.emit(
    "Conv",
    inputs,
    { ...convAttributes({ group, kernel: [kh, kw], pads, strides, dilations }), ...activation?.attributes },
    { domain: NCHWC, like: node },
  );
  if (activation) layout.take(activation.node);
  layout.define(activation?.node.outputs[0] ?? node.outputs[0] ?? "", made);
}

/** How the kernel of a convolution is to lie, undefined where the engine has no blocked way for it. */
function formOf(node: Node, layout: BlockedLayout): KernelForm | undefined {
  const [X = "", W = ""] = node.inputs;
  const { group, auto_pad } = attributesOf("Conv", node.attributes);
  const [picture, weight] = [layout.shape(X), layout.shape(W)];
  const output: Picture | undefined = layout.picture(node.outputs[0] ?? "");
  if (auto_pad !== "NOTSET" || !output || picture?.length !== 4 || weight?.length !== 4) return undefined;
  const [inputs, outputs] = [picture[1] ?? 0, output[1]];
  if (group === 1 && sizeOf(weight.slice(2)) > sizeOf(output.slice(2))) return undefined;
  const isWhole = (channels: number) => channels % layout.block === 0;
  if (group === 1) return inputs < layout.block ? "picture" : isWhole(inputs) ? "full" : undefined;
  if (group === inputs && group === outputs) return isWhole(inputs) ? "depthwise" : undefined;
  return isWhole(inputs / group) && isWhole(outputs / group) ? "full" : undefined;
}

/** The activation that alone reads a tensor and that the engine's convolution can compute. */
function activationBehind(name: string, layout: BlockedLayout): Fused["activation"] {
  const node = layout.onlyReader(name);
  const attributes = node && node.domain === "" ? activations[node.op]?.(node, layout) : undefined;
  return node && attributes && { node, attributes };
}

const named = (activation: string, params: readonly number[] = []): Attributes => ({
  activation: { kind: "string", value: activation },
  ...(params.length > 0 ? { activation_params: { kind: "floats", value: params } } : {}),
});

const activations: Readonly<Record<string, (node: Node, layout: BlockedLayout) => Attributes | undefined>> = {
  Relu: () => named("Relu"),
  Sigmoid: () => named("Sigmoid"),
  Tanh: () => named("Tanh"),
  LeakyRelu: ({ attributes }) => named("LeakyRelu", [attributesOf("LeakyRelu", attributes).alpha]),
  Clip: ({ inputs }, layout) => {
    const bounds = [inputs[1], inputs[2]].map((name) => layout.constantOf(name ?? ""));
    const [min, max] = bounds.map((bound) => bound && numbersOf(bound)[0]);
    return min === undefined || max === undefined ? undefined : named("Clip", [min, max]);
  },
};
