import { describe, expect, test } from "vitest";
import { emptyWeights } from "../../test/fixtures/zoo.ts";
import { RegraftError } from "../base/errors.ts";
import { sizeOf } from "../base/shape.ts";
import { floats, numbersOf, zeros } from "../base/tensor.ts";
import type { Graph } from "../onnx/graph.ts";
import { printGraph } from "../onnx/print.ts";
import { inferShapes } from "../onnx/shapes/infer.ts";
import { validateGraph } from "../onnx/validate.ts";
import { type ArchitectureOptions, architecture } from "./architecture.ts";
import { architectureNames } from "./architectures.ts";
import { divisible } from "./mobilenet-v2.ts";
import type { Role, WeightSource } from "./weight-source.ts";

const numbers = ({ initializers }: Graph, name: string): readonly number[] => {
  const found = initializers.get(name);
  if (!found) throw new Error(`no weight "${name}"`);
  return numbersOf(found);
};

/** Lines of the printed graph from the one that makes `from` on. */
function printed(graph: Graph, from: string, lines: number): string {
  const all = printGraph(graph).split("\n");
  const start = all.findIndex((line) => line.startsWith(`%${from}[`));
  return all.slice(start, start + lines).join("\n");
}

describe.each(architectureNames)("%s", (name) => {
  test("is a graph from pictures to logits, at any size and number of classes", () => {
    const graph = architecture(name, { classes: 7, imageSize: { height: 64, width: 96 }, weights: emptyWeights });
    validateGraph(graph);
    expect(graph.name).toBe(name);
    expect(graph.inputs).toEqual([{ name: "pixel_values", dtype: "float32", shape: ["N", 3, 64, 96] }]);
    expect(graph.outputs).toEqual([{ name: "logits", dtype: "float32", shape: ["N", 7] }]);
  });

  test("is one for 1000 classes at 224 pixels unless told otherwise", () => {
    const { inputs, outputs } = architecture(name, { weights: emptyWeights });
    expect([inputs[0]?.shape, outputs[0]?.shape]).toEqual([
      ["N", 3, 224, 224],
      ["N", 1000],
    ]);
  });
});

describe("architecture", () => {
  test("gives a stage of a bottleneck network the stride in its 3x3 convolution, and a shortcut", () => {
    const graph = architecture("resnet50", { imageSize: 64 });
    expect(printed(graph, "layer2.0.conv1", 12)).toMatchInlineSnapshot(`
      "%layer2.0.conv1[N,128,16,16] = Conv(%Relu_10, layer2.0.conv1.weight) {kernel_shape=[1,1], strides=[1,1], pads=[0,0,0,0], group=1}
      %layer2.0.bn1[N,128,16,16] = BatchNormalization(%layer2.0.conv1, layer2.0.bn1.weight, layer2.0.bn1.bias, layer2.0.bn1.running_mean, layer2.0.bn1.running_var) {epsilon=0.00001}
      %Relu_11[N,128,16,16] = Relu(%layer2.0.bn1)
      %layer2.0.conv2[N,128,8,8] = Conv(%Relu_11, layer2.0.conv2.weight) {kernel_shape=[3,3], strides=[2,2], pads=[1,1,1,1], group=1}
      %layer2.0.bn2[N,128,8,8] = BatchNormalization(%layer2.0.conv2, layer2.0.bn2.weight, layer2.0.bn2.bias, layer2.0.bn2.running_mean, layer2.0.bn2.running_var) {epsilon=0.00001}
      %Relu_12[N,128,8,8] = Relu(%layer2.0.bn2)
      %layer2.0.conv3[N,512,8,8] = Conv(%Relu_12, layer2.0.conv3.weight) {kernel_shape=[1,1], strides=[1,1], pads=[0,0,0,0], group=1}
      %layer2.0.bn3[N,512,8,8] = BatchNormalization(%layer2.0.conv3, layer2.0.bn3.weight, layer2.0.bn3.bias, layer2.0.bn3.running_mean, layer2.0.bn3.running_var) {epsilon=0.00001}
      %layer2.0.downsample.0[N,512,8,8] = Conv(%Relu_10, layer2.0.downsample.0.weight) {kernel_shape=[1,1], strides=[2,2], pads=[0,0,0,0], group=1}
      %layer2.0.downsample.1[N,512,8,8] = BatchNormalization(%layer2.0.downsample.0, layer2.0.downsample.1.weight, layer2.0.downsample.1.bias, layer2.0.downsample.1.running_mean, layer2.0.downsample.1.running_var) {epsilon=0.00001}
      %Add_4[N,512,8,8] = Add(%layer2.0.bn3, %layer2.0.downsample.1)
      %Relu_13[N,512,8,8] = Relu(%Add_4)"
    `);
  });

  test("gives MobileNetV2 no expansion in its first block, and adds where nothing changes", () => {
    const graph = architecture("mobilenet_v2", { imageSize: 64 });
    expect(printed(graph, "features.1.conv.0.0", 5)).toMatchInlineSnapshot(`
      "%features.1.conv.0.0[N,32,32,32] = Conv(%Clip_1, features.1.conv.0.0.weight) {kernel_shape=[3,3], strides=[1,1], pads=[1,1,1,1], group=32}
      %features.1.conv.0.1[N,32,32,32] = BatchNormalization(%features.1.conv.0.0, features.1.conv.0.1.weight, features.1.conv.0.1.bias, features.1.conv.0.1.running_mean, features.1.conv.0.1.running_var) {epsilon=0.00001}
      %Clip_2[N,32,32,32] = Clip(%features.1.conv.0.1, (0), (6))
      %features.1.conv.1[N,16,32,32] = Conv(%Clip_2, features.1.conv.1.weight) {kernel_shape=[1,1], strides=[1,1], pads=[0,0,0,0], group=1}
      %features.1.conv.2[N,16,32,32] = BatchNormalization(%features.1.conv.1, features.1.conv.2.weight, features.1.conv.2.bias, features.1.conv.2.running_mean, features.1.conv.2.running_var) {epsilon=0.00001}"
    `);
    expect(printed(graph, "features.3.conv.0.0", 9)).toMatchInlineSnapshot(`
      "%features.3.conv.0.0[N,144,16,16] = Conv(%features.2.conv.3, features.3.conv.0.0.weight) {kernel_shape=[1,1], strides=[1,1], pads=[0,0,0,0], group=1}
      %features.3.conv.0.1[N,144,16,16] = BatchNormalization(%features.3.conv.0.0, features.3.conv.0.1.weight, features.3.conv.0.1.bias, features.3.conv.0.1.running_mean, features.3.conv.0.1.running_var) {epsilon=0.00001}
      %Clip_5[N,144,16,16] = Clip(%features.3.conv.0.1, (0), (6))
      %features.3.conv.1.0[N,144,16,16] = Conv(%Clip_5, features.3.conv.1.0.weight) {kernel_shape=[3,3], strides=[1,1], pads=[1,1,1,1], group=144}
      %features.3.conv.1.1[N,144,16,16] = BatchNormalization(%features.3.conv.1.0, features.3.conv.1.1.weight, features.3.conv.1.1.bias, features.3.conv.1.1.running_mean, features.3.conv.1.1.running_var) {epsilon=0.00001}
      %Clip_6[N,144,16,16] = Clip(%features.3.conv.1.1, (0), (6))
      %features.3.conv.2[N,24,16,16] = Conv(%Clip_6, features.3.conv.2.weight) {kernel_shape=[1,1], strides=[1,1], pads=[0,0,0,0], group=1}
      %features.3.conv.3[N,24,16,16] = BatchNormalization(%features.3.conv.2, features.3.conv.3.weight, features.3.conv.3.bias, features.3.conv.3.running_mean, features.3.conv.3.running_var) {epsilon=0.00001}
      %Add_1[N,24,16,16] = Add(%features.2.conv.3, %features.3.conv.3)"
    `);
  });

  test("ends VGG in a pooling to 7x7 at any size", () => {
    const shapesAt = (imageSize: number) => {
      const graph = architecture("vgg16_bn", { imageSize, weights: emptyWeights });
      const flat = graph.nodes.find(({ op }) => op === "Flatten");
      return inferShapes(graph).get(flat?.inputs[0] ?? "")?.shape;
    };
    for (const imageSize of [32, 100, 224, 448]) expect(shapesAt(imageSize)).toEqual(["N", 512, 7, 7]);
  });

  // rounded to the nearest 8, up again where more than a tenth would be lost
  test.each([
    [32 * 0.35, 16],
    [16 * 0.35, 8],
    [24 * 0.5, 16],
    [160 * 0.75, 120],
    [32 * 1.4, 48],
    [24 * 1.4, 32],
    [320 * 1.4, 448],
  ])("rounds %d channels to %i", (channels, expected) => {
    expect(divisible(channels)).toBe(expected);
  });

  test("multiplies MobileNetV2's channels, its last ones only where they become more", () => {
    const convs = (width: number) => {
      const { initializers } = architecture("mobilenet_v2", { width, weights: emptyWeights });
      const filters = (name: string) => initializers.get(`${name}.weight`)?.shape[0];
      return ["features.0.0", "features.1.conv.1", "features.2.conv.0.0", "features.17.conv.2", "features.18.0"].map(
        filters,
      );
    };
    expect(convs(0.35)).toEqual([16, 8, 48, 112, 1280]);
    expect(convs(1)).toEqual([32, 16, 96, 320, 1280]);
    expect(convs(1.4)).toEqual([48, 24, 144, 448, 1792]);
  });

  test("asks its source for each tensor with its name, its shape and what it is to its layer", () => {
    const asked = new Map<string, readonly [readonly number[], Role]>();
    architecture("mobilenet_v2", {
      classes: 4,
      imageSize: 32,
      weights: (name, shape, role) => {
        asked.set(name, [shape, role]);
        return zeros("float32", shape);
      },
    });
    expect(asked.size).toBe(5 * 52 + 2);
    const conv = { layer: "Conv", part: "weight", fans: { inputs: 9, outputs: 9 * 96 } };
    expect(asked.get("features.2.conv.1.0.weight")).toEqual([[96, 1, 3, 3], conv]);
    const bias = { layer: "Gemm", part: "bias", fans: { inputs: 1280, outputs: 4 } };
    expect(asked.get("classifier.1.bias")).toEqual([[4], bias]);
    expect(asked.get("features.0.1.running_var")?.[1]).toMatchObject({
      layer: "BatchNormalization",
      part: "running_var",
    });
  });
});

describe("random weights", () => {
  const resnet = architecture("resnet18", { classes: 100, imageSize: 32 });
  const mobilenet = architecture("mobilenet_v2", { classes: 100, imageSize: 32 });
  const deviation = (values: readonly number[]) => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);

  // √(2 / fan-out): filters times the places of the kernel; 1.5% is four standard errors of 36,864 numbers
  test("are normal in convolutions, as He et al. have it for the way back", () => {
    const values = numbers(resnet, "layer1.0.conv1.weight");
    expect(Math.abs(deviation(values) / Math.sqrt(2 / (64 * 9)) - 1)).toBeLessThan(0.015);
    expect(Math.abs(deviation(numbers(resnet, "layer4.0.downsample.0.weight")) / Math.sqrt(2 / 512) - 1)).toBeLessThan(
      0.015,
    );
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(largest).toBeGreaterThan(3.5 * Math.sqrt(2 / (64 * 9)));
  });

  test("are what torch.nn.Linear starts with at the end of a ResNet: uniform in ±1/√features", () => {
    for (const name of ["fc.weight", "fc.bias"]) {
      const values = numbers(resnet, name);
      const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(largest).toBeLessThanOrEqual(1 / Math.sqrt(512));
      expect(largest).toBeGreaterThan(0.9 / Math.sqrt(512));
    }
  });

  test("are normal with deviation 0.01 at the end of a MobileNetV2, its bias 0", () => {
    expect(Math.abs(deviation(numbers(mobilenet, "classifier.1.weight")) / 0.01 - 1)).toBeLessThan(0.015);
    expect(new Set(numbers(mobilenet, "classifier.1.bias"))).toEqual(new Set([0]));
  });

  test("leave BatchNormalization as it is before anything was measured", () => {
    const parts = ["weight", "bias", "running_mean", "running_var"];
    expect(parts.map((part) => [...new Set(numbers(resnet, `layer2.0.bn1.${part}`))])).toEqual([[1], [0], [0], [1]]);
  });

  test("are equal for equal seeds, and other ones for another seed or tensor", () => {
    const name = "layer1.0.conv1.weight";
    const again = (seed: number) => numbers(architecture("resnet18", { classes: 2, imageSize: 32, seed }), name);
    expect(again(0)).toEqual(numbers(resnet, name));
    expect(again(1)).not.toEqual(numbers(resnet, name));
    expect(numbers(resnet, "layer1.0.conv2.weight")).not.toEqual(numbers(resnet, name));
  });
});

describe("what it refuses", () => {
  const refusal = (name: string, options: ArchitectureOptions = {}): readonly (string | undefined)[] => {
    try {
      architecture(name, { weights: emptyWeights, ...options });
    } catch (error) {
      if (error instanceof RegraftError) return [error.name, error.code, error.message, error.hint];
      throw error;
    }
    return [];
  };

  test("an unknown name, with the known ones", () => {
    expect(refusal("resnet19")).toEqual([
      "UsageError",
      "bad-option",
      'There is no architecture "resnet19".',
      "Known are vgg16, vgg19, vgg16_bn, resnet18, resnet34, resnet50, resnet101, resnet152, mobilenet_v2.",
    ]);
    expect(refusal("toString")[1]).toBe("bad-option");
  });

  test.each<[string, ArchitectureOptions, string]>([
    ["vgg16", { imageSize: 31 }, "imageSize of vgg16 must be a whole number from 32, not 31."],
    ["vgg16", { imageSize: { height: 64, width: 16 } }, "imageSize of vgg16 must be a whole number from 32, not 16."],
    ["resnet18", { imageSize: 0.5 }, "imageSize of resnet18 must be a whole number from 1, not 0.5."],
    ["resnet18", { classes: 0 }, "classes must be a whole number from 1, not 0."],
    ["resnet18", { width: 0.5 }, "resnet18 has one width only: 1, not 0.5."],
    ["mobilenet_v2", { width: 0 }, "width must be a number above 0, not 0."],
  ])("%s with %o", (name, options, message) => {
    expect(refusal(name, options).slice(1, 3)).toEqual(["bad-option", message]);
  });

  test("an option that there is not", () => {
    const misspelt: object = { size: 224 };
    expect(refusal("resnet18", misspelt).slice(1, 3)).toEqual(["bad-option", 'architecture has no option "size".']);
  });

  test("a source that gives another shape or another type", () => {
    expect(refusal("resnet18", { weights: () => floats([1, 2]) }).slice(0, 3)).toEqual([
      "GraphError",
      "bad-shape",
      'The weight "conv1.weight" must be float32 [64, 3, 7, 7], not float32 [2].',
    ]);
    const wide: WeightSource = (_, shape) => ({ dtype: "float64", shape, data: new Float64Array(sizeOf(shape)) });
    expect(refusal("resnet18", { weights: wide })[2]).toContain("not float64 [64, 3, 7, 7].");
  });
});
