import { expect, test } from "vitest";
import { floats } from "../base/tensor.ts";
import { graphBuilder } from "../onnx/builder.ts";
import { backward } from "./backward.ts";
import { gradientPart, gradientScope } from "./gradient-scope.ts";

const attributes = {};

test("each node of the backward pass says by its name whose gradient it is part of", () => {
  const g = graphBuilder();
  const X = g.input("X", "float32", ["N", 2]);
  const W = g.initializer("W", floats([1, 2, 3, 4], [2, 2]));
  g.copy({ name: "/dense", op: "Gemm", domain: "", inputs: ["X", "W"], outputs: ["made"], attributes });
  g.copy({ name: "", op: "Relu", domain: "", inputs: ["made"], outputs: ["positive"], attributes });
  const loss = g.ReduceSum(g.Add(g.value("positive"), g.value("made")), undefined, { keepdims: 0 });
  const forward = g.nodes();
  backward(g, { nodes: forward, output: loss, wrt: [X.name, W.name] });
  const told = g.nodes().slice(forward.length);
  const parts = new Set(told.map(({ name }) => gradientPart(name)).map((part) => part && `${part.of} ${part.part}`));
  expect(parts).toEqual(new Set(["ReduceSum_1 data", "positive X", "/dense A", "/dense B", "positive sum"]));
  const sums = told.filter(({ name }) => gradientPart(name)?.part === "sum");
  expect(sums.map(({ op }) => op)).toEqual(["Add"]);
  expect(new Set(g.nodes().map(({ name }) => name)).size).toBe(g.nodes().length);
});

test("a scope is read as it was written", () => {
  const node = (op: string, name = "/a/grad_X/b") => ({ name, op, domain: "", inputs: [], outputs: ["y"], attributes });
  const read = (scope: string) => gradientPart(`${scope}/step.Mul_1`);
  expect(read(gradientScope(node("Conv"), 1))).toEqual({ of: "/a/grad_X/b", part: "W" });
  expect(read(gradientScope(node("Conv", ""), "sum"))).toEqual({ of: "y", part: "sum" });
  expect(read(gradientScope(node("Concat"), 2))).toEqual({ of: "/a/grad_X/b", part: "inputs_2" });
  expect(gradientPart("step.Mul_1")).toBeUndefined();
});
