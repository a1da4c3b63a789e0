import { expect, test } from "vitest";
import { floats } from "../base/tensor.ts";
import { namedWeights } from "./layer-weights.ts";

const weights = (...names: readonly string[]) =>
  namedWeights(names.map((name, at) => ({ name, read: () => floats([at]) })));
const found = (names: readonly string[], path: readonly string[]): number | undefined =>
  weights(...names).of(path, ["kernel"])("kernel").data[0];

test.each([
  ["TensorFlow.js", ["a/kernel", "b/kernel"], ["b"], 1],
  ["Keras 2", ["a/a/kernel:0", "b/b/kernel:0"], ["b"], 1],
  ["a layer of a model inside", ["base/b/kernel:0", "b/b/kernel:0"], ["base", "b"], 0],
  ["a layer beside a model that has one of its name", ["base/b/kernel:0", "b/b/kernel:0"], ["b"], 1],
  ["models inside that the file does not tell of", ["a/kernel", "b/kernel"], ["outer", "base", "b"], 1],
  ["a weight that is called after another layer", ["dense_4/dense_1/kernel:0"], ["dense_4"], 0],
])("%s", (_, names, path, at) => {
  expect(found(names, path)).toBe(at);
});

test("a depthwise kernel has two names", () => {
  const read = (name: string) => weights(name).of(["a"], ["depthwise_kernel"])("depthwise_kernel").data[0];
  expect([read("a/kernel"), read("a/depthwise_kernel")]).toEqual([0, 0]);
});

test("what is missing, or may be two, is refused", () => {
  expect(() => found(["a/bias"], ["a"])).toThrow(expect.objectContaining({ code: "bad-weights" }));
  expect(() => found(["x/a/kernel", "y/a/kernel"], ["z", "a"])).toThrow(
    expect.objectContaining({ code: "bad-weights" }),
  );
});
