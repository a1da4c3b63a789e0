import { readdirSync, readFileSync } from "node:fs";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { goldenTensors, goldenUrl } from "../../test/golden.ts";
import { runInOnnxruntime } from "../../test/reference/onnxruntime.ts";
import { isFloat } from "../base/dtype.ts";
import { floatToHalf, halfToFloat, halvesOfFloats } from "../base/half.ts";
import { random } from "../base/random.ts";
import { floats, isDType, type Tensor, tensor } from "../base/tensor.ts";
import { graphBuilder } from "../onnx/builder.ts";
import { decodeModel } from "../onnx/decode.ts";
import { encodeModel } from "../onnx/encode.ts";
import type { Graph, Model } from "../onnx/graph.ts";
import { modelOf } from "../onnx/model.ts";
import { printGraph } from "../onnx/print.ts";
import { acceptModel } from "./accept.ts";
import { toFloat16 } from "./to-float16.ts";

const networks = readdirSync(goldenUrl(".")).filter((name) => name.endsWith(".onnx"));
const accepted = (model: Model) => acceptModel(decodeModel(encodeModel(model)));
const golden = (file: string) => acceptModel(decodeModel(readFileSync(goldenUrl(file)))).model.graph;
const floatBytes = (graph: Graph) =>
  [...graph.initializers.values()].reduce((sum, { dtype, data }) => sum + (isFloat(dtype) ? data.byteLength : 0), 0);

const logitsOf = async (graph: Graph, input: Tensor) => {
  const results = await runInOnnxruntime(graph, { [graph.inputs[0]?.name ?? ""]: input });
  return results[graph.outputs[0]?.name ?? ""]?.data as Float32Array;
};
const largest = (values: Float32Array) => values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);

/** What other tools save: inputs, outputs and everything between in one type, nothing left of float32. */
function wholly(graph: Graph, dtype: "float16" | "bfloat16" | "float64"): Graph {
  const own = ({ dtype: was, ...info }: Graph["inputs"][number]) => ({
    ...info,
    dtype: was === "float32" ? dtype : was,
  });
  const value = (one: Tensor): Tensor => (isDType(one, "float32") ? narrow(one, dtype) : one);
  return {
    ...graph,
    inputs: graph.inputs.map(own),
    outputs: graph.outputs.map(own),
    initializers: new Map([...graph.initializers].map(([name, one]) => [name, value(one)])),
  };
}

function narrow({ shape, data }: Tensor<"float32">, dtype: "float16" | "bfloat16" | "float64"): Tensor {
  if (dtype === "float64") return tensor(dtype, shape, Float64Array.from(data));
  if (dtype === "float16") return tensor(dtype, shape, Uint16Array.from(data, floatToHalf));
  return tensor(
    dtype,
    shape,
    Uint16Array.from(new Uint32Array(Float32Array.from(data).buffer), (bits) => bits >>> 16),
  );
}

/** The same graph with its float32 numbers rounded to the type, still as float32. */
function rounded(graph: Graph, dtype: "float16" | "bfloat16" | "float64"): Graph {
  const keep: Record<typeof dtype, (x: number) => number> = {
    float16: (x) => halfToFloat(floatToHalf(x)),
    bfloat16: (x) => {
      const one = Float32Array.of(x);
      const bits = new Uint32Array(one.buffer);
      bits[0] = (bits[0] ?? 0) & 0xffff0000;
      return one[0] ?? 0;
    },
    float64: (x) => x,
  };
  const value = (one: Tensor): Tensor => (isDType(one, "float32") ? floats(one.data.map(keep[dtype]), one.shape) : one);
  return { ...graph, initializers: new Map([...graph.initializers].map(([name, one]) => [name, value(one)])) };
}

describe.each(networks)("%s", (file) => {
  const input = goldenTensors(`${file.split(".")[0]}.safetensors`)("input");

  test.each(["float16", "bfloat16", "float64"] as const)(
    "in %s is read as float32 with the same numbers",
    async (dtype) => {
      const graph = golden(file);
      const { model, changes } = accepted(modelOf(wholly(graph, dtype)));
      expect(changes).toEqual([`Its ${dtype} numbers were turned into float32, which everything is computed in.`]);
      const wanted = await logitsOf(rounded(graph, dtype), input);
      expect(await logitsOf(model.graph, input)).toBeAllclose(wanted, { rtol: 0, atol: 0 });
    },
  );

  test("saved in float16 is half as large, and its logits are within 1% of the largest", async () => {
    const graph = golden(file);
    const half = toFloat16(graph);
    expect(half.inputs).toEqual(graph.inputs);
    expect(half.outputs).toEqual(graph.outputs);
    expect(floatBytes(half)).toBe(floatBytes(graph) / 2);
    const [wanted, got] = [await logitsOf(graph, input), await logitsOf(half, input)];
    expect(got).toBeAllclose(wanted, { rtol: 0, atol: 0.01 * largest(wanted) });
  });

  test("saved in float16 and read again is the same network without a Cast", async () => {
    const graph = golden(file);
    const { model } = accepted(modelOf(toFloat16(graph)));
    expect(model.graph.nodes.map(({ op }) => op)).toEqual(graph.nodes.map(({ op }) => op));
    expect(await logitsOf(model.graph, input)).toBeAllclose(await logitsOf(rounded(graph, "float16"), input), {
      rtol: 1e-6,
      atol: 1e-6,
    });
  });
});

test("Casts between float types go, and Casts to and from integers stay", () => {
  const g = graphBuilder();
  const half = g.Cast(g.input("X", "float32", ["N", 2]), { to: 10 });
  const double = g.Cast(g.Relu(half), { to: 11 });
  const whole = g.Cast(g.Cast(double, { to: 6 }), { to: 10 });
  const { model } = accepted(modelOf(g.build([g.named("Y", g.Cast(whole, { to: 1 }))])));
  expect(printGraph(model.graph)).toMatchInlineSnapshot(`
    "input %X float32[N,2]
    %Relu_1[N,2] = Relu(%X)
    %Cast_3:int32[N,2] = Cast(%Relu_1) {to=6}
    %Y[N,2] = Cast(%Cast_3) {to=1}
    output %Y"
  `);
});

test("bounds and epsilons that float16 could hardly hold stay as they are", () => {
  const g = graphBuilder();
  const half = (x: number) => g.constant(tensor("float16", [], Uint16Array.of(floatToHalf(x))));
  const Y = g.Add(g.Clip(g.input("X", "float16", ["N", 2]), half(-65504), half(65504)), half(2 ** -24));
  const { model } = accepted(modelOf(g.build([Y])));
  expect(printGraph(model.graph)).toMatchInlineSnapshot(`
    "input %X float32[N,2]
    %Clip_1[N,2] = Clip(%X, (-65504), (65504))
    %Add_1[N,2] = Add(%Clip_1, (5.96046e-8))
    output %Add_1"
  `);
});

test("the lowest float64, as masks have it, stays finite, and infinity infinite", () => {
  const g = graphBuilder();
  const mask = g.constant(tensor("float64", [2], Float64Array.of(-Number.MAX_VALUE, Number.NEGATIVE_INFINITY)));
  const { model } = accepted(modelOf(g.build([g.Add(g.input("X", "float64", ["N", 2]), mask)])));
  expect([...model.graph.initializers.values()].map(({ data }) => [...data])).toEqual([
    [-3.4028234663852886e38, Number.NEGATIVE_INFINITY],
  ]);
});

test("a node with a number beyond float16 stays in float32, and an epsilon does not vanish", () => {
  const g = graphBuilder();
  const scaled = g.Mul(g.Relu(g.input("X", "float32", ["N", 2])), g.initializer("large", floats([70000, 1])));
  const Y = g.Sqrt(g.Add(scaled, g.float(1e-12)));
  const half = toFloat16(g.build([Y]));
  expect(printGraph(half)).toMatchInlineSnapshot(`
    "input %X float32[N,2]
    weight const_1 float16[]
    %X.float16:float16[N,2] = Cast(%X) {to=10}
    %Relu_1:float16[N,2] = Relu(%X.float16)
    %Relu_1.float32[N,2] = Cast(%Relu_1) {to=1}
    %Mul_1.float32[N,2] = Mul(%Relu_1.float32, [70000,1])
    %Mul_1.float16:float16[N,2] = Cast(%Mul_1.float32) {to=10}
    %Add_1:float16[N,2] = Add(%Mul_1.float16, const_1)
    %Sqrt_1.float16:float16[N,2] = Sqrt(%Add_1)
    %Sqrt_1[N,2] = Cast(%Sqrt_1.float16) {to=1}
    output %Sqrt_1"
  `);
  expect([...half.initializers].map(([name, { dtype, data }]) => [name, dtype, ...data])).toEqual([
    ["large.float32", "float32", 70000, 1],
    ["const_1", "float16", 1],
  ]);
});

test("an op of unknown types is refused in float16, by name", () => {
  const node = { name: "odd", op: "QuickGelu", domain: "com.microsoft", inputs: ["X"], outputs: ["Y"], attributes: {} };
  const g = graphBuilder();
  const graph = { ...g.build([g.input("X", "float32", ["N", 2])]), nodes: [node] };
  expect(() => toFloat16(graph)).toThrow(
    expect.objectContaining({ code: "unsupported-model", message: expect.stringContaining("com.microsoft.QuickGelu") }),
  );
});

test("float16 is what onnxruntime casts 200,000 random floats to, of all sizes", async () => {
  const rng = random(3);
  const bits = Uint32Array.from({ length: 200_000 }, () => Math.floor(rng.uniform(0, 2 ** 32)));
  // Half of them by their bits, thus of every exponent; half in the range of weights.
  const values = new Float32Array(bits.buffer).map((value, at) => (at % 2 === 0 ? value : rng.uniform(-2, 2)));
  const numbers = values.map((value) => (Number.isNaN(value) ? 0 : value));
  const wanted = await castByOnnxruntime(numbers);
  expect(halvesOfFloats(floats(numbers)).data).toEqual(wanted);
});

async function castByOnnxruntime(values: Float32Array): Promise<Uint16Array> {
  const g = graphBuilder();
  const cast = g.Cast(g.input("x", "float32", ["N"]), { to: 10 });
  const session = await InferenceSession.create(encodeModel(modelOf(g.build([cast]))), { logSeverityLevel: 3 });
  const results = await session.run({ x: new OrtTensor("float32", values, [values.length]) });
  const halves = results[cast.name]?.data as unknown;
  if (halves instanceof Uint16Array) return Uint16Array.from(halves);
  // Newer engines give a Float16Array: its bytes are the bits.
  const { buffer, byteOffset, byteLength } = halves as Float32Array;
  return new Uint16Array(buffer.slice(byteOffset, byteOffset + byteLength));
}
