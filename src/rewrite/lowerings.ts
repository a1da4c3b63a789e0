import { mostAxes } from "../base/shape.ts";
import { floats, ints } from "../base/tensor.ts";
import type { Node } from "../onnx/graph.ts";
import { type Emit, floatOf, intOf, refused, type UpgradeContext, written } from "./upgrade.ts";

/** Sum of any number of tensors, as a chain of Adds. */
export const sum = written((emit, { inputs, outputs }) => {
  sumOf(emit, inputs, outputs[0]);
});

/** Mean of any number of tensors: their sum divided by their number. */
export const mean = written((emit, { inputs, outputs }, { constant }) => {
  const count = inputs.length;
  if (count === 1) sumOf(emit, inputs, outputs[0]);
  else emit("Div", [sumOf(emit, inputs), constant(`${outputs[0]}.count`, floats([count], []))], {}, outputs[0]);
});

function sumOf(emit: Emit, [first = "", ...rest]: readonly string[], output?: string): string {
  if (rest.length === 0) return emit("Identity", [first], {}, output);
  return rest.reduce(
    (total, next, at) => emit("Add", [total, next], {}, at === rest.length - 1 ? output : undefined),
    first,
  );
}

/** X · sigmoid(alpha · X). */
export const swish = written((emit, node, { constant }) => {
  const [X = ""] = node.inputs;
  const alpha = floatOf(node, "alpha", 1);
  const scaled = alpha === 1 ? X : emit("Mul", [X, constant(`${node.outputs[0]}.alpha`, floats([alpha], []))]);
  emit("Mul", [X, emit("Sigmoid", [scaled])], {}, node.outputs[0]);
});

/** X / √(mean of X² over the axes from `axis` on + epsilon) · scale. */
export const rmsNormalization = written((emit, node, context) => {
  const [X = "", scale = ""] = node.inputs;
  const { constant } = context;
  const output = node.outputs[0];
  const axes = constant(`${output}.axes`, ints(axesFrom(node, X, context)));
  const epsilon = constant(`${output}.epsilon`, floats([floatOf(node, "epsilon", 1e-5)], []));
  const meanSquare = emit("ReduceMean", [emit("Mul", [X, X]), axes]);
  const root = emit("Sqrt", [emit("Add", [meanSquare, epsilon])]);
  emit("Mul", [emit("Div", [X, root]), scale], {}, output);
});

/** The axes from `axis` to the last one, counted from the end. */
function axesFrom(node: Node, X: string, { known }: UpgradeContext): readonly number[] {
  const axis = intOf(node, "axis", -1);
  const rank = known(X)?.shape?.length;
  if (axis >= 0 && rank === undefined) throw refused(node, "axis", axis, "an axis of a tensor whose rank is not known");
  const count = axis < 0 ? 0 - axis : (rank ?? 0) - axis;
  if (count < 1 || count > mostAxes) throw refused(node, "axis", axis, "an axis that the tensor does not have");
  return Array.from({ length: count }, (_, at) => at - count);
}
