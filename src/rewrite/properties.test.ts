import { describe, expect, test } from "vitest";
import { differentiated } from "../../test/reference/differentiated.ts";
import { evaluate } from "../../test/reference/evaluate.ts";
import { randomNetwork } from "../../test/reference/random-graph.ts";
import { random } from "../base/random.ts";
import { type Tensor, tensor } from "../base/tensor.ts";
import { decodeModel } from "../onnx/decode.ts";
import { encodeModel } from "../onnx/encode.ts";
import type { Graph } from "../onnx/graph.ts";
import { modelOf } from "../onnx/model.ts";
import { raiseOpset } from "./raise-opset.ts";
import { simplify } from "./simplify.ts";

/** A random network whose weights are constants: what a file holds. */
function drawn(seed: number) {
  const { forward, feeds } = differentiated(randomNetwork(random(seed)), `property ${seed}`);
  const { X, ...weights } = feeds;
  if (!X) throw new Error("a random network has the input X");
  const constants = Object.entries(weights).map(([name, value]) => [name, inFloat32(value)] as const);
  const graph: Graph = {
    ...forward,
    inputs: forward.inputs.filter(({ name }) => name === "X"),
    initializers: new Map([...forward.initializers, ...constants]),
  };
  return { graph, X };
}

const inFloat32 = (value: Tensor): Tensor =>
  value.dtype === "float64" ? tensor("float32", value.shape, Float32Array.from(value.data, Number)) : value;

const lossOf = (graph: Graph, X: Tensor) => Array.from(evaluate(graph, { X }).loss?.data ?? [], Number);

describe.each(Array.from({ length: 40 }, (_, seed) => seed))("random network %d", (seed) => {
  const { graph, X } = drawn(seed);
  // As a file says it: attributes are float32 there.
  const model = decodeModel(encodeModel(modelOf(graph)));

  test("comes back equal from encode and decode", () => {
    expect(decodeModel(encodeModel(model))).toEqual(model);
  });

  test("computes the same once it is raised and simplified", () => {
    const expected = lossOf(graph, X);
    expect(expected.every(Number.isFinite)).toBe(true);
    const rewritten = simplify(raiseOpset(model).graph);
    expect(rewritten.inputs.map(({ name }) => name)).toEqual(["X"]);
    expect(lossOf(rewritten, X)).toBeAllclose(expected, { rtol: 1e-6, atol: 1e-7 });
  });
});
