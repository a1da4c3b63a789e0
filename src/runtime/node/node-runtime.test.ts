import { describe, expect, test } from "vitest";
import { floats } from "../../base/tensor.ts";
import { graphBuilder } from "../../onnx/builder.ts";
import { encodeModel } from "../../onnx/encode.ts";
import { modelOf } from "../../onnx/model.ts";
import { runtimeContract } from "../runtime-contract.ts";
import { nodeRuntime } from "./node-runtime.ts";

describe("onnxruntime-node", () => runtimeContract(nodeRuntime));

test("refuses a feed whose memory it took over in the run before", async () => {
  const g = graphBuilder();
  const y = g.named("y", g.ReduceSum(g.input("x", "float32", ["N"]), undefined, { keepdims: 0 }));
  const workspace = await nodeRuntime.open({ threads: 1 });
  const session = await workspace.load(encodeModel(modelOf(g.build([y]))));
  const x = floats(new Float32Array(2048).fill(1));
  expect(await session.run({ x })).toEqual({ y: floats([2048], []) });
  await expect(session.run({ x })).rejects.toMatchObject({ code: "engine-failed" });
  expect(await session.run({ x: floats([1, 2]) })).toEqual({ y: floats([3], []) });
  await workspace.close();
});

test("refuses a number of threads that no machine has", async () => {
  await expect(nodeRuntime.open({ threads: 99_999 })).rejects.toMatchObject({ code: "bad-option" });
});
