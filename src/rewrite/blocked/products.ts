import { numbersOf } from "../../base/tensor.ts";
import type { Node } from "../../onnx/graph.ts";
import type { BlockedLayout, Picture } from "./layout.ts";
import type { BlockedRule } from "./rule.ts";

/** A new shape or order of a blocked tensor waits until somebody wants it: a product may read the blocks instead. */
export const waiting: BlockedRule = (node, layout) => {
  const [X = ""] = node.inputs;
  const [output = ""] = node.outputs;
  if (!layout.isBlocked(X) && !layout.isDeferred(X)) return false;
  return layout.defer(output, () => layout.copy(node));
};

/** [N, C, H, W] as [1, N·C, H, W], or back: whole blocks stay together, so nothing moves. */
export const imagesAsChannels: BlockedRule = (node, layout) => {
  const [X = ""] = node.inputs;
  const [output = ""] = node.outputs;
  const [from, to] = [layout.picture(X), layout.picture(output)];
  if (!from || !to || !layout.isBlocked(X) || from.slice(2).join() !== to.slice(2).join()) return false;
  return layout.define(output, layout.reshape(layout.blocked(X), to));
};

/** The product of the pixels of two tensors waits for the sum over the batch behind it. */
export const waitingProduct: BlockedRule = (node, layout) => {
  const [output = ""] = node.outputs;
  const reader = layout.onlyReader(output);
  if (reader?.op !== "ReduceSum" || !pixelProduct(node, layout)) return false;
  return layout.defer(output, () => layout.copy(node));
};

/**
 * Σ over images and pixels of A·Bᵀ, [P, Q], where A [N, P, H, W] or B [N, Q, H, W] lies in blocks: the gradient of a
 * kernel of one pixel. The larger tensor stays in blocks, [Q/b] products [P, L]·[L, b]: that costs speed in the
 * product and saves a pass over the tensor, so it pays where the other tensor is thin.
 */
export const productSum: BlockedRule = (node, layout) => {
  const [X = "", axes = ""] = node.inputs;
  const made = layout.maker(X);
  const constant = layout.constantOf(axes);
  if (!made || !layout.isDeferred(X) || !constant || numbersOf(constant).join() !== "0") return false;
  const product = pixelProduct(made, layout);
  if (!product) return false;
  const { A, B } = product;
  const [p, q] = [A.picture[1], B.picture[1]];
  const [thin, wide] = p <= q ? [A, B] : [B, A];
  if (thin.picture[1] > THIN || !layout.isBlocked(wide.name)) return false;
  const [n, few, h, w] = thin.picture;
  const { block } = layout;
  const groups = wide.picture[1] / block;
  const left = layout.reshape(layout.plain(thin.name), [n, 1, few, h * w]);
  const right = layout.reshape(layout.blocked(wide.name), [n, groups, h * w, block]);
  const sum = layout.emit("ReduceSum", [layout.emit("MatMul", [left, right]), layout.ints([0])], {
    keepdims: { kind: "int", value: 0 },
  });
  // [groups, few, block] to [few, wide] or [wide, few]
  const ordered = layout.transpose(sum, thin === A ? [1, 0, 2] : [0, 2, 1]);
  const [output = ""] = node.outputs;
  layout.emit("Reshape", [ordered, layout.ints(layout.shape(output) ?? [])], {}, { output });
  return layout.definePlain(output);
};

/** Up to so many channels of the thinner tensor. */
const THIN = 64;

interface Operand {
  readonly name: string;
  readonly picture: Picture;
}

/** MatMul(Reshape(A), Transpose(Reshape(B))): [N, P, L]·[N, L, Q]. */
function pixelProduct(node: Node, layout: BlockedLayout): { readonly A: Operand; readonly B: Operand } | undefined {
  if (node.op !== "MatMul") return undefined;
  const [left = "", right = ""] = node.inputs;
  const transpose = layout.maker(right);
  const perm = transpose?.attributes.perm;
  if (transpose?.op !== "Transpose" || perm?.kind !== "ints" || perm.value.join() !== "0,2,1") return undefined;
  const [A, B] = [flattened(left, layout), flattened(transpose.inputs[0] ?? "", layout)];
  return A && B && { A, B };
}

/** What a Reshape makes [N, C, H·W] of. */
function flattened(name: string, layout: BlockedLayout): Operand | undefined {
  const node = layout.maker(name);
  const [X = ""] = node?.inputs ?? [];
  const shape = layout.shape(X);
  if (node?.op !== "Reshape" || shape?.length !== 4) return undefined;
  const [n = 0, c = 0, h = 0, w = 0] = shape;
  return layout.shape(name)?.join() === [n, c, h * w].join() ? { name: X, picture: [n, c, h, w] } : undefined;
}
