import { expect, test } from "vitest";
import { zeros } from "../../base/tensor.ts";
import { graphBuilder } from "../../onnx/builder.ts";
import { nodeFinder } from "./node-finder.ts";

const attributes = {};

/** /conv, then /bn, then /relu, each making a tensor of another name; and a MatMul named by the builder. */
function network() {
  const g = graphBuilder();
  g.input("X", "float32", ["N", 2, 4, 4]);
  const weight = (name: string, ...shape: readonly number[]) => g.initializer(name, zeros("float32", shape)).name;
  const statistics = ["s", "b", "m", "v"].map((name) => weight(name, 2));
  const chain = [
    { name: "/conv", op: "Conv", inputs: ["X", weight("W", 2, 2, 1, 1)], outputs: ["conv_out"] },
    { name: "/bn", op: "BatchNormalization", inputs: ["conv_out", ...statistics], outputs: ["bn_out"] },
    { name: "/relu", op: "Relu", inputs: ["bn_out"], outputs: ["relu_out"] },
  ];
  for (const node of chain) g.copy({ domain: "", attributes, ...node });
  return g.build([g.MatMul(g.value("relu_out"), g.value("relu_out"))]);
}

test.each([
  ["/bn", "BatchNormalization", "/bn"],
  ["MatMul_1/MatmulTransposeFusion/", "FusedMatMul", "MatMul_1"],
  ["relu_out_nchwc", "Conv", "/conv"],
  ["/conv", "FusedConv", "/conv"],
  ["fused MatMul_1", "FusedMatMul", "MatMul_1"],
  ["relu_out_nchwc", "ReorderOutput", "/relu"],
  ["ReorderInput_token_3", "ReorderInput", undefined],
  ["MatMul_12", "MatMul", undefined],
])("what onnxruntime calls %s (%s) is %s", (name, op, expected) => {
  expect(nodeFinder([network()])(name, op)?.name).toBe(expected);
});
