import { ModelError } from "../src/base/errors.ts";
import type { Tensor } from "../src/base/tensor.ts";
import type { Graph } from "../src/onnx/graph.ts";

/**
 * Kernel and bias of every convolution, in the order in which the graph runs them: what the peers' networks are filled with, so
 * that all start the job from the same weights. Names are for people; peers go by the order.
 *
 * @param graph MobileNetV2 whose BatchNormalization is merged into its convolutions
 * @throws {ModelError} "unsupported-model" where a convolution has no bias
 */
export function baseWeights({ nodes, initializers }: Graph): Readonly<Record<string, Tensor>> {
  const convolutions = nodes.filter(({ op }) => op === "Conv");
  return Object.fromEntries(
    convolutions.flatMap(({ name, inputs: [, kernel = "", bias = ""] }, at) => {
      const [W, B] = [initializers.get(kernel), initializers.get(bias)];
      if (!W || !B) throw new ModelError("unsupported-model", `"${name}" has no kernel and bias to hand to the peers.`);
      return [[`${at}.kernel`, W] as const, [`${at}.bias`, B] as const];
    }),
  );
}
