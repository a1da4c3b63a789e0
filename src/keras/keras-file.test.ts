import { zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { answers, drawn } from "../../test/fixtures/keras.ts";
import { hdf5, kerasArchive } from "../../test/fixtures/keras-files.ts";
import { floats, numbersOf, type Tensor } from "../base/tensor.ts";
import { preprocessingPresets } from "../image/presets.ts";
import { applications } from "./applications/applications.ts";
import { kerasModel } from "./keras-file.ts";
import { snakeCase } from "./numbered-weights.ts";

const layer = (kind: string, name: string, config: object = {}) => ({ class_name: kind, config: { name, ...config } });
const picture = layer("InputLayer", "picture", { batch_shape: [null, 2, 2, 3] });
const sequential = (...layers: readonly object[]) => ({ class_name: "Sequential", config: { name: "net", layers } });

/** Mean of all pixels, then one number for each channel. */
const kernel = floats([1, 0, 0, 0, 2, 0, 0, 0, 3], [3, 3]);
const bias = floats([10, 20, 30]);
const pixels = floats([1, 2, 3, 1, 2, 3, 3, 4, 5, 3, 4, 5], [1, 2, 2, 3]);

describe("a .keras file", () => {
  test("layers of a model inside, and of one class, keep their weights apart", async () => {
    const inner = { ...sequential(layer("Dense", "a", { units: 3 })), name: "inner" };
    const net = sequential(picture, layer("GlobalAveragePooling2D", "mean"), inner, layer("Dense", "b", { units: 3 }));
    const weights = await hdf5({
      tensors: {
        "layers/sequential/layers/dense/vars/0": kernel,
        "layers/sequential/layers/dense/vars/1": bias,
        "layers/dense/vars/0": floats([1, 1, 1, 0, 0, 0, 0, 0, 0], [3, 3]),
        "layers/dense/vars/1": floats([0, 1, 2]),
      },
    });
    const { model } = await kerasModel(kerasArchive(net, weights));
    expect([...model.graph.initializers.keys()].filter((name) => !name.startsWith("const"))).toEqual([
      "inner.a.weight",
      "inner.a.bias",
      "b.weight",
      "b.bias",
    ]);
    // the means are 2, 3, 4; a gives 12, 26, 42
    expect(numbersOf(await answers(model.graph, pixels))).toEqual([12, 13, 14]);
  });

  test("a model that is used twice has its weights once", async () => {
    const inner = {
      ...sequential(layer("Conv2D", "half", { kernel_size: 1, use_bias: false })),
      name: "inner",
      inbound_nodes: [[["picture", 0, 0, {}]], [["inner", 0, 0, {}]]],
    };
    const mean = { ...layer("GlobalAveragePooling2D", "mean"), inbound_nodes: [[["inner", 1, 0, {}]]] };
    const layers = [picture, inner, mean];
    const config = { name: "net", layers, input_layers: [["picture", 0, 0]], output_layers: [["mean", 0, 0]] };
    const half = floats([0.5, 0, 0, 0, 0.5, 0, 0, 0, 0.5], [1, 1, 3, 3]);
    const weights = await hdf5({ tensors: { "layers/sequential/layers/conv2d/vars/0": half } });
    const { model } = await kerasModel(kerasArchive({ class_name: "Functional", config }, weights));
    expect(model.graph.nodes.map(({ name }) => name).slice(0, 3)).toEqual(["inner.half", "inner.half.call2", "mean"]);
    expect(numbersOf(await answers(model.graph, pixels))).toEqual([0.5, 0.75, 1]);
  });

  test("pictures are bytes where the model scales them itself", async () => {
    const net = sequential(
      picture,
      layer("Rescaling", "scale", { scale: [0.5, 1, 2], offset: -1 }),
      layer("Flatten", "flat"),
    );
    const { model, preparation } = await kerasModel(kerasArchive(net, await hdf5({})));
    expect(numbersOf(await answers(model.graph, pixels)).slice(0, 3)).toEqual([-0.5, 1, 5]);
    expect(preparation?.value).toMatchObject({ scale: 1, mean: preprocessingPresets.bytes.mean, crop: undefined });
    expect(preparation?.source).toContain('"scale"');
  });

  test("a Normalization may have its numbers in the description, as numpy's arrays", async () => {
    const array = (value: readonly number[]) => ({
      class_name: "__numpy__",
      config: { value: [[[value]]], dtype: "float32" },
    });
    const numbers = { axis: -1, mean: array([1, 2, 3]), variance: array([4, 1, 0.25]) };
    const net = sequential(picture, layer("Normalization", "norm", numbers), layer("GlobalMaxPooling2D", "most"));
    const { model } = await kerasModel(kerasArchive(net, await hdf5({})));
    expect(numbersOf(await answers(model.graph, pixels))).toEqual([1, 2, 4]);
  });

  test("a Normalization that was adapted has its numbers among the weights", async () => {
    const net = sequential(
      picture,
      layer("Normalization", "norm", { axis: [-1], mean: null, variance: null }),
      layer("GlobalMaxPooling2D", "most"),
    );
    const vars = "layers/normalization/vars";
    const tensors = {
      [`${vars}/0`]: floats([1, 2, 3]),
      [`${vars}/1`]: floats([4, 1, 0.25]),
      [`${vars}/2`]: floats([9], []),
    };
    const { model } = await kerasModel(kerasArchive(net, await hdf5({ tensors })));
    expect(numbersOf(await answers(model.graph, pixels))).toEqual([1, 2, 4]);
  });

  test("hard_sigmoid is another function in Keras 2", async () => {
    const net = sequential(
      picture,
      layer("GlobalAveragePooling2D", "mean"),
      layer("Activation", "hard", { activation: "hard_sigmoid" }),
    );
    const answerOf = async (version: string) =>
      numbersOf(await answers((await kerasModel(kerasArchive(net, await hdf5({}), version))).model.graph, pixels));
    expect(await answerOf("2.15.0")).toBeAllclose([0.9, 1, 1], { rtol: 1e-6 });
    expect(await answerOf("3.15.1")).toBeAllclose([5 / 6, 1, 1], { rtol: 1e-6 });
  });
});

describe("weights by the names of layers", () => {
  test("are put into the network that they are of", async () => {
    const network = applications.find(({ name }) => name === "vgg16")?.network(false);
    const convolutions = network?.layers.filter(({ kind }) => kind === "Conv2D") ?? [];
    let inputs = 3;
    const tensors: Record<string, Tensor<"float32">> = {};
    for (const [at, { name }] of convolutions.entries()) {
      const filters = 4 + at;
      tensors[`${name}/${name}/kernel:0`] = drawn([3, 3, inputs, filters], at);
      tensors[`${name}/${name}/bias:0`] = drawn([filters], at);
      inputs = filters;
    }
    const { model, preparation } = await kerasModel(await hdf5({ tensors }));
    expect(model.graph.outputs[0]?.shape).toEqual(["N", 16, 7, 7]);
    expect(preparation?.value).toMatchObject({ channels: "BGR", mean: preprocessingPresets.caffe.mean });
  });
});

describe("refused", () => {
  const dense = sequential(picture, layer("GlobalAveragePooling2D", "mean"), layer("Dense", "answer", { units: 3 }));
  const refusal = async (bytes: Uint8Array) => {
    try {
      await kerasModel(bytes);
    } catch (error) {
      return error;
    }
    throw new Error("it was read");
  };

  test.each([
    ["channels_first", layer("Conv2D", "odd", { kernel_size: [1, 1], data_format: "channels_first" })],
    [
      "strides and a dilation_rate",
      layer("Conv2D", "odd", { kernel_size: [1, 1], strides: [2, 2], dilation_rate: [2, 2] }),
    ],
    ["padding", layer("MaxPooling2D", "odd", { padding: "reflect" })],
    ["threshold", layer("ReLU", "odd", { threshold: 1 })],
    ["softmin", layer("Activation", "odd", { activation: "softmin" })],
    ["axis", layer("BatchNormalization", "odd", { axis: 1 })],
  ])("%s, by the name of the layer", async (what, odd) => {
    const vars = (kind: string) => `layers/${snakeCase(kind)}/vars`;
    const weights = await hdf5({
      tensors: { [`${vars("Conv2D")}/0`]: drawn([1, 1, 3, 1], 1), [`${vars("Conv2D")}/1`]: drawn([1], 1) },
    });
    const found = await refusal(kerasArchive(sequential(picture, odd), weights));
    expect(found).toMatchObject({ code: "unsupported-layer", message: expect.stringContaining(what) });
    expect(found).toMatchObject({ message: expect.stringContaining('"odd"') });
  });

  test("weights of another shape, and missing ones", async () => {
    const wrong = await hdf5({ tensors: { "layers/dense/vars/0": drawn([4, 3], 1), "layers/dense/vars/1": bias } });
    expect(await refusal(kerasArchive(dense, wrong))).toMatchObject({
      code: "bad-weights",
      message: 'The kernel of the layer "answer" (Dense) should be [3, 3], and is [4, 3].',
    });
    const half = await hdf5({ tensors: { "layers/dense/vars/0": kernel } });
    expect(await refusal(kerasArchive(dense, half))).toMatchObject({ code: "bad-weights" });
  });

  test("what is no such file, or a part of one", async () => {
    const whole = kerasArchive(
      dense,
      await hdf5({ tensors: { "layers/dense/vars/0": kernel, "layers/dense/vars/1": bias } }),
    );
    const weights = await hdf5({ tensors: { "layers/dense/vars/0": kernel } });
    for (const bytes of [
      new Uint8Array(0),
      new Uint8Array(64),
      whole.subarray(0, 200),
      weights.subarray(0, 300),
      zipSync({ x: new Uint8Array(1) }),
    ]) {
      expect(await refusal(bytes)).toMatchObject({ code: "bad-keras" });
    }
  });
});

test("Keras names groups after classes", () => {
  expect(
    ["Conv2D", "DepthwiseConv2D", "ReLU", "LeakyReLU", "BatchNormalization", "MaxPooling2D", "InputLayer"].map(
      snakeCase,
    ),
  ).toEqual([
    "conv2d",
    "depthwise_conv2d",
    "re_lu",
    "leaky_re_lu",
    "batch_normalization",
    "max_pooling2d",
    "input_layer",
  ]);
});
