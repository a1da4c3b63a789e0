import { GraphError } from "../../base/errors.ts";
import { inferNode, type Learn } from "../../onnx/shapes/infer.ts";
import { NCHWC } from "./layout.ts";

/** Ops on blocked tensors that make of shapes what ONNX's op of the same name does. */
const alike: ReadonlySet<string> = new Set(["Conv", "MaxPool", "AveragePool", "GlobalAveragePool"]);

/** The operands that have a say in the shape: not what is summed onto a convolution. */
const mostOperands = 3;

/**
 * What is known of the outputs of ops on blocked tensors, for `inferShapes`: such a tensor says that it is [N, C, H, W], whatever
 * the order of its numbers.
 */
export const blockedShapes: Learn = (node, inputs, outputs) => {
  const { domain, op } = node;
  const [X] = inputs;
  if (domain !== NCHWC || !X) return outputs;
  // A channel count that fills no block cannot come up: such tensors stay plain.
  if (!alike.has(op)) return outputs.map(({ name }) => ({ name, dtype: X.dtype, shape: X.shape }));
  try {
    return inferNode(
      { ...node, domain: "", inputs: node.inputs.slice(0, mostOperands) },
      inputs.slice(0, mostOperands),
    );
  } catch (error) {
    if (error instanceof GraphError) return outputs;
    throw error;
  }
};
