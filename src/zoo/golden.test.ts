import { describe, expect, test } from "vitest";
import { comparedWithPyTorch, emptyWeights, twinOf, zooFiles, zooGolden } from "../../test/fixtures/zoo.ts";
import { type StaticShape, sizeOf } from "../base/shape.ts";
import { architecture } from "./architecture.ts";
import { architectureNames } from "./architectures.ts";

describe.each(zooFiles)("%s", (file) => {
  const { architecture: name, nameOf } = twinOf(file);
  const graph = architecture(name, { weights: emptyWeights });
  const { state, parameterCount } = zooGolden(file);
  const weights = [...graph.initializers].filter(([key]) => !key.startsWith("const_"));

  test("has PyTorch's parameters, in its order and its shapes", () => {
    // timm's VGG has convolutions where torchvision has dense layers on what is flattened: [4096, 512, 7, 7]
    const flat = (shape: StaticShape) => (shape.length === 4 && file === "timm.vgg16" ? flattened(shape) : shape);
    const expected = Object.entries(state).map(([key, shape]) => [key, flat(shape)]);
    expect(weights.map(([key, { shape }]) => [nameOf(key), flat(shape)])).toEqual(expected);
    const learned = weights.filter(([key]) => !key.includes(".running_"));
    expect(learned.reduce((sum, [, { shape }]) => sum + sizeOf(shape), 0)).toBe(parameterCount);
  });

  test("reads each parameter once, in a layer of the same name", () => {
    for (const [key] of weights) {
      const readers = graph.nodes.flatMap(({ name, inputs }) =>
        inputs.filter((input) => input === key).map(() => name.replace(/^block\d\//, "")),
      );
      expect(readers).toEqual([key.slice(0, key.lastIndexOf("."))]);
    }
  });
});

const flattened = ([units = 0, ...others]: StaticShape): StaticShape => [units, sizeOf(others)];

test("every architecture is held against PyTorch", () => {
  expect(zooFiles.filter((file) => file.startsWith("torchvision.")).sort()).toEqual(
    architectureNames.map((name) => `torchvision.${name}`).sort(),
  );
});

test.each(["torchvision.resnet18", "torchvision.mobilenet_v2"])(
  "%s has PyTorch's logits, loss and gradients; the others by `npm run test:zoo`",
  comparedWithPyTorch,
);
