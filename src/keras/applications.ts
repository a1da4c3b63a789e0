import { ModelError } from "../base/errors.ts";
import type { LayerWeights } from "./layer-weights.ts";
import type { KerasLayer, KerasNetwork } from "./network.ts";

/** A network of keras.applications that is known without a description. */
export interface Application {
  /** Keras' name of the model, by which its preprocessing is known too. */
  readonly name: string;
  /** @param top whether it ends in its classifier */
  readonly network: (top: boolean) => KerasNetwork;
}

/** Adds layers one after another, or after the layers named. Kernels and units are as many as the weights have. */
class Chain {
  readonly layers: KerasLayer[] = [
    { kind: "InputLayer", name: "input_layer", config: { batch_shape: [null, null, null, 3] }, calls: [] },
  ];

  get last(): string {
    return this.layers.at(-1)?.name ?? "";
  }

  add(kind: string, name: string, config: KerasLayer["config"] = {}, after: readonly string[] = [this.last]): string {
    this.layers.push({ kind, name, config, calls: [after.map((layer) => ({ layer, call: 0 }))] });
    return name;
  }

  conv(name: string, size: number, config: KerasLayer["config"] = {}, after = this.last): string {
    return this.add("Conv2D", name, { kernel_size: size, ...config }, [after]);
  }

  norm(name: string, config: KerasLayer["config"], after = this.last): string {
    return this.add("BatchNormalization", name, config, [after]);
  }

  network(name: string): KerasNetwork {
    return { name, layers: this.layers, input: "input_layer", output: { layer: this.last, call: 0 } };
  }
}

/** @param depths convolutions in each block */
const vgg = (name: string, depths: readonly number[]): Application => ({
  name,
  network: (top) => {
    const chain = new Chain();
    for (const [block, depth] of depths.entries()) {
      for (let at = 1; at <= depth; at++) {
        chain.conv(`block${block + 1}_conv${at}`, 3, { padding: "same", activation: "relu" });
      }
      chain.add("MaxPooling2D", `block${block + 1}_pool`);
    }
    if (top) {
      chain.add("Flatten", "flatten");
      chain.add("Dense", "fc1", { activation: "relu" });
      chain.add("Dense", "fc2", { activation: "relu" });
      chain.add("Dense", "predictions");
    }
    return chain.network(name);
  },
});

const residualNorm = { epsilon: 1.001e-5 } as const;

/** @see keras/src/applications/resnet.py; layers in the order in which Keras' own model has them */
const resnet50: Application = {
  name: "resnet50",
  network: (top) => {
    const chain = new Chain();
    chain.add("ZeroPadding2D", "conv1_pad", { padding: 3 });
    chain.conv("conv1_conv", 7, { strides: 2 });
    chain.norm("conv1_bn", residualNorm);
    chain.add("ReLU", "conv1_relu");
    chain.add("ZeroPadding2D", "pool1_pad", { padding: 1 });
    chain.add("MaxPooling2D", "pool1_pool", { pool_size: 3, strides: 2 });
    for (const [stage, depth] of [3, 4, 6, 3].entries()) {
      for (let block = 1; block <= depth; block++) {
        residual(chain, `conv${stage + 2}_block${block}`, {
          isFirst: block === 1,
          strides: stage > 0 && block === 1 ? 2 : 1,
        });
      }
    }
    if (top) {
      chain.add("GlobalAveragePooling2D", "avg_pool");
      chain.add("Dense", "predictions");
    }
    return chain.network("resnet50");
  },
};

/** 1x1, 3x3, 1x1; the input added, through a 1x1 of its own in the first block of a stage. */
function residual(
  chain: Chain,
  name: string,
  { isFirst, strides }: { readonly isFirst: boolean; readonly strides: number },
): void {
  const input = chain.last;
  chain.conv(`${name}_1_conv`, 1, { strides });
  chain.norm(`${name}_1_bn`, residualNorm);
  chain.add("ReLU", `${name}_1_relu`);
  chain.conv(`${name}_2_conv`, 3, { padding: "same" });
  chain.norm(`${name}_2_bn`, residualNorm);
  const middle = chain.add("ReLU", `${name}_2_relu`);
  const side = isFirst ? chain.conv(`${name}_0_conv`, 1, { strides }, input) : input;
  const main = chain.conv(`${name}_3_conv`, 1, {}, middle);
  const short = isFirst ? chain.norm(`${name}_0_bn`, residualNorm, side) : side;
  const long = chain.norm(`${name}_3_bn`, residualNorm, main);
  chain.add("Add", `${name}_add`, {}, [short, long]);
  chain.add("ReLU", `${name}_out`);
}

const mobileNorm = { epsilon: 1e-3 } as const;

/** Strides of the inverted residuals, and whether the input is added; of any width. */
const mobileBlocks = [1, 2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1] as const;
/** The first blocks of stages that do not halve the map have another number of channels than their input. */
const widening: ReadonlySet<number> = new Set([0, 10, 16]);

/** @see keras/src/applications/mobilenet_v2.py */
const mobilenetV2: Application = {
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

/** Networks of keras.applications that weights alone are enough for. */
export const applications: readonly Application[] = [
  vgg("vgg16", [2, 2, 3, 3, 3]),
  vgg("vgg19", [2, 2, 4, 4, 4]),
  resnet50,
  mobilenetV2,
];

/** Classes of layers that have weights. */
const weighted: ReadonlySet<string> = new Set(["Conv2D", "DepthwiseConv2D", "BatchNormalization", "Dense"]);

/**
 * The network that a file of weights is of.
 *
 * @param isOf whether the file has these layers with weights, and no others
 * @throws {ModelError} "unknown-network"
 */
export function applicationOf(isOf: (layers: readonly KerasLayer[]) => boolean): KerasNetwork {
  for (const { network } of applications) {
    for (const top of [true, false]) {
      const candidate = network(top);
      if (isOf(candidate.layers.filter(({ kind }) => weighted.has(kind)))) return candidate;
    }
  }
  throw new ModelError("unknown-network", "The file holds weights, and nothing says of which network.", {
    hint: `In Keras, save the whole model: model.save("model.keras"). Of weights alone, those of ${applications.map(({ name }) => name).join(", ")} are known.`,
  });
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
