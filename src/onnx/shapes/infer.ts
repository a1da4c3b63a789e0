import type { Tensor } from "../../base/tensor.ts";
import type { Node, ValueInfo } from "../graph.ts";

/** What a shape rule sees of an input, and says of an output: constants travel along where they are known. */
export interface Known extends ValueInfo {
  readonly constant?: Tensor;
}

/**
 * dtype and shape of a node's outputs, in order, and their numbers where they follow from constants.
 *
 * @param inputs what is known of each input, in order; undefined where an optional input is absent
 */
export function inferNode(node: Node, inputs: readonly (Known | undefined)[]): readonly Known[] {
  void inputs;
  return node.outputs.map((name) => ({ name, dtype: "float32", shape: undefined }));
}
