import { ModelError } from "../../base/errors.ts";
import type { LayerWeights } from "../layer-weights.ts";
import type { KerasNetwork } from "../network.ts";
import { type Application, Chain } from "./application.ts";

const mobileNorm = { epsilon: 1e-3 } as const;

/** Strides of the inverted residuals, and whether the input is added; of any width. */
const mobileBlocks = [1, 2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1] as const;
/** The first blocks of stages that do not halve the map have another number of channels than their input. */
const widening: ReadonlySet<number> = new Set([0, 10, 16]);

/** @see keras/src/applications/mobilenet_v2.py */
export const mobilenetV2: Application = {
  name: "mobilenetv2",
  network: (top) => {
    const chain = new Chain();
    chain.conv("Conv1", 3, { strides: 2, padding: "same", use_bias: false });
    chain.norm("bn_Conv1", mobileNorm);
    chain.add("ReLU", "Conv1_relu", { max_value: 6 });
    for (const [block, strides] of mobileBlocks.entries()) invertedResidual(chain, block, strides);
    chain.conv("Conv_1", 1, { use_bias: false });
    chain.norm("Conv_1_bn", mobileNorm);
    chain.add("ReLU", "out_relu", { max_value: 6 });
    if (top) {
      chain.add("GlobalAveragePooling2D", "global_average_pooling2d");
      chain.add("Dense", "predictions");
    }
    return chain.network("mobilenetv2");
  },
};

function invertedResidual(chain: Chain, block: number, strides: number): void {
  const input = chain.last;
  const name = block === 0 ? "expanded_conv_" : `block_${block}_`;
  if (block > 0) {
    chain.conv(`${name}expand`, 1, { use_bias: false });
    chain.norm(`${name}expand_BN`, mobileNorm);
    chain.add("ReLU", `${name}expand_relu`, { max_value: 6 });
  }
  if (strides === 2)
    chain.add("ZeroPadding2D", `${name}pad`, {
      padding: [
        [0, 1],
        [0, 1],
      ],
    });
  const padding = strides === 2 ? "valid" : "same";
  chain.add("DepthwiseConv2D", `${name}depthwise`, { kernel_size: 3, strides, padding, use_bias: false });
  chain.norm(`${name}depthwise_BN`, mobileNorm);
  chain.add("ReLU", `${name}depthwise_relu`, { max_value: 6 });
  chain.conv(`${name}project`, 1, { use_bias: false });
  const output = chain.norm(`${name}project_BN`, mobileNorm);
  if (strides === 1 && !widening.has(block)) chain.add("Add", `${name}add`, {}, [input, output]);
}

/**
 * In a MobileNetV2 narrower than any that Keras publishes, rounding makes channels of other blocks equal, and Keras adds
 * their inputs too.
 *
 * @throws {ModelError} "unknown-network"
 */
export function requireKnownWidth({ name }: KerasNetwork, weights: LayerWeights): void {
  if (name !== mobilenetV2.name) return;
  const [, , , filters = 0] = weights.of(["Conv1"], ["kernel"])("kernel").shape;
  if (filters >= 16) return;
  throw new ModelError(
    "unknown-network",
    `These are weights of a MobileNetV2 with ${filters} channels in its first layer, fewer than 16.`,
    {
      hint: 'In Keras, save the whole model: model.save("model.keras").',
    },
  );
}
