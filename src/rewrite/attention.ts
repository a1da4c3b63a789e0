import { isFloat } from "../base/dtype.ts";
import { floats, ints } from "../base/tensor.ts";
import type { Node } from "../onnx/graph.ts";
import { type Emit, floatOf, intOf, refused, type UpgradeContext, written } from "./upgrade.ts";

/** What a mask of bools leaves out gets this logit. Minus infinity would make a row without any key not a number. */
const LEFT_OUT = -1e30;

/**
 * Scaled dot-product attention, softmax(scale · Q·Kᵀ + mask)·V, for each head: Q, K and V are [N, heads, L, d], or
 * [N, L, heads·d] with the number of heads as an attribute. What a language model needs besides (a causal mask, past
 * keys, fewer heads for K and V, a cap on the logits) is refused.
 *
 * @see https://github.com/onnx/onnx/blob/main/docs/Operators.md#Attention
 */
export const attention = written((emit, node, context) => {
  refuseTheRest(node);
  const [Q = "", K = "", V = "", mask = ""] = node.inputs;
  const heads = intOf(node, "q_num_heads", 0);
  const split = (name: string) => (heads > 0 ? byHead(emit, context, name, heads) : name);
  const transposed = emit("Transpose", [split(K)], permuted(0, 1, 3, 2));
  const scale = context.constant(`${node.outputs[0]}.scale`, floats([scaleOf(node, context, heads)], []));
  const logits = emit("MatMul", [emit("Mul", [split(Q), scale]), transposed]);
  const weights = emit("Softmax", [masked(emit, context, logits, mask)], { axis: { kind: "int", value: -1 } });
  if (heads === 0) emit("MatMul", [weights, split(V)], {}, node.outputs[0]);
  else joinHeads(emit, context, emit("MatMul", [weights, split(V)]), node.outputs[0]);
});

const permuted = (...perm: readonly number[]): Node["attributes"] => ({ perm: { kind: "ints", value: perm } });

/** [N, L, heads·d] to [N, heads, L, d]. */
function byHead(emit: Emit, { constant }: UpgradeContext, name: string, heads: number): string {
  const parts = emit("Reshape", [name, constant(`${name}.heads`, ints([0, 0, heads, -1]))]);
  return emit("Transpose", [parts], permuted(0, 2, 1, 3));
}

/** [N, heads, L, d] to [N, L, heads·d]. */
function joinHeads(emit: Emit, { constant }: UpgradeContext, name: string, output: string | undefined): void {
  const turned = emit("Transpose", [name], permuted(0, 2, 1, 3));
  emit("Reshape", [turned, constant(`${name}.joined`, ints([0, 0, -1]))], {}, output);
}

/** A mask of floats is added; one of bools says what to attend to. */
function masked(emit: Emit, { constant, known }: UpgradeContext, logits: string, mask: string): string {
  if (mask === "") return logits;
  const dtype = known(mask)?.dtype ?? "float32";
  if (isFloat(dtype)) return emit("Add", [logits, mask]);
  return emit("Where", [mask, logits, constant(`${mask}.left-out`, floats([LEFT_OUT], []))]);
}

/** 1/√d unless the node says otherwise. */
function scaleOf(node: Node, { known }: UpgradeContext, heads: number): number {
  const given = floatOf(node, "scale", 0);
  if (given !== 0) return given;
  const size = known(node.inputs[0] ?? "")?.shape?.at(-1);
  if (typeof size !== "number") throw refused(node, "head size", size ?? "?", "a scale that depends on it");
  return 1 / Math.sqrt(heads > 0 ? size / heads : size);
}

function refuseTheRest(node: Node): void {
  const heads = intOf(node, "q_num_heads", 0);
  const keyHeads = intOf(node, "kv_num_heads", heads);
  const later = node.inputs.findIndex((name, at) => at > 3 && name !== "");
  const extra = node.outputs.findIndex((name, at) => at > 0 && name !== "");
  if (keyHeads !== heads) throw refused(node, "kv_num_heads", keyHeads, `fewer heads than q_num_heads = ${heads}`);
  if (intOf(node, "is_causal", 0) !== 0) throw refused(node, "is_causal", 1, "a causal mask");
  if (floatOf(node, "softcap", 0) !== 0) throw refused(node, "softcap", floatOf(node, "softcap", 0), "capped logits");
  if (later > 0) throw refused(node, `input ${later}`, node.inputs[later] ?? "", "past keys and values");
  if (extra > 0) throw refused(node, `output ${extra}`, node.outputs[extra] ?? "", "keys, values or logits given out");
}
