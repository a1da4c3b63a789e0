import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import { graphBuilder } from "../../onnx/builder.ts";
import { encodeModel } from "../../onnx/encode.ts";
import { modelOf } from "../../onnx/model.ts";
import { barrier, barrierMessage, withBarrier } from "./barrier.ts";

test("this binding stops at a barrier, and says so in the same words each time", async () => {
  const message = await barrierMessage();
  expect(message).toEqual(expect.stringMatching(/./));
  expect(await barrierMessage()).toBe(message);
});

test("a model with a barrier is the model, with one output more in front of the others", async () => {
  const g = graphBuilder();
  const x = g.input("x", "float32", [2]);
  const model = encodeModel(modelOf(g.build([g.named("y", g.Mul(x, g.float(2))), g.named("z", g.Neg(x))])));
  const session = await ort.InferenceSession.create(withBarrier(model), { logSeverityLevel: 4 });
  expect(session.inputNames).toEqual(["x"]);
  expect(session.outputNames).toEqual([barrier, "y", "z"]);
  const outputs = await session.run({ x: new ort.Tensor("float32", [1, -2], [2]) }, ["y", "z"]);
  expect([outputs.y?.data, outputs.z?.data]).toEqual([Float32Array.of(2, -4), Float32Array.of(-1, 2)]);
  await session.release();
});
