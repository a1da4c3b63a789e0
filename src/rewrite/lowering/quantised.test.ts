import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { dynamicForm, qdqForm, type Ranges } from "../../../test/fixtures/quantise.ts";
import { goldenTensors, goldenUrl } from "../../../test/golden.ts";
import { runInOnnxruntime } from "../../../test/reference/onnxruntime.ts";
import type { Tensor } from "../../base/tensor.ts";
import { decodeModel } from "../../onnx/decode.ts";
import type { Graph } from "../../onnx/graph.ts";
import { modelOf } from "../../onnx/model.ts";
import { inferShapes } from "../../onnx/shapes/infer.ts";
import { acceptModel } from "../accept.ts";
import { findHead } from "../find-head.ts";

const golden = (file: string) => acceptModel(decodeModel(readFileSync(goldenUrl(file)))).model.graph;
const accepted = (graph: Graph) => acceptModel(modelOf(graph));

const operations = (graph: Graph, op: RegExp) => graph.nodes.filter((node) => op.test(node.op)).map((node) => node.op);
const note =
  "Its quantised weights were dequantised to float32; activations are no longer rounded, only kept in their range.";

const outputOf = async (graph: Graph, input: Tensor): Promise<Float32Array> => {
  const results = await runInOnnxruntime(graph, { [graph.inputs[0]?.name ?? ""]: input });
  return results[graph.outputs[0]?.name ?? ""]?.data as Float32Array;
};

/** What every float tensor of a graph reaches from and to on an input. */
async function rangesOf(graph: Graph, input: Tensor): Promise<Ranges> {
  const floats = [...inferShapes(graph).values()].filter(
    ({ name, dtype }) => dtype === "float32" && !graph.initializers.has(name) && name !== "x",
  );
  const made = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
  const outputs = floats.filter(({ name }) => made.has(name));
  const values = await runInOnnxruntime({ ...graph, outputs }, { [graph.inputs[0]?.name ?? ""]: input });
  const range = (data: Tensor["data"]) => {
    const numbers = Array.from(data as Float32Array);
    return [Math.min(...numbers), Math.max(...numbers)] as const;
  };
  const inner = outputs.map(({ name }) => [name, range(values[name]?.data ?? new Float32Array())] as const);
  return new Map([...inner, [graph.inputs[0]?.name ?? "", range(input.data)]]);
}

/** The root of the mean square of the difference, as a share of that of what was wanted. */
function error(got: Float32Array, wanted: Float32Array): number {
  const power = (values: Float32Array) => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0));
  return power(wanted.map((x, at) => (got[at] ?? Number.NaN) - x)) / power(wanted);
}

describe.each(["mobilenet", "resnet", "vgg", "convnext", "vit"])("a quantised %s", (name) => {
  let graph: Graph;
  let ranges: Ranges;
  const input = goldenTensors(`${name}.safetensors`)("input");
  beforeAll(async () => {
    graph = golden(`${name}.folded.onnx`);
    ranges = await rangesOf(graph, input);
  });

  /** As near to what onnxruntime makes of it as rounded activations allow, and to the network before quantisation. */
  async function expectClose(quantised: Graph, is: Graph) {
    const [was, got, original] = [
      await outputOf(quantised, input),
      await outputOf(is, input),
      await outputOf(graph, input),
    ];
    expect(error(got, original)).toBeLessThan(0.02);
    expect(error(got, was)).toBeLessThan(0.015);
  }

  test.each([
    ["one scale per weight", { perAxis: false, foldsRelu: false }],
    ["a scale per channel", { perAxis: true, foldsRelu: false }],
    ["Relu and Clip left to the range of the integers", { perAxis: true, foldsRelu: true }],
  ])("in QDQ form, %s, answers within 1.5%% of it and 2%% of the network", async (_, options) => {
    const quantised = qdqForm(graph, ranges, options);
    const { model, changes } = accepted(quantised);
    expect(changes).toEqual([note]);
    expect(operations(model.graph, /Quant|Linear$/)).toEqual([]);
    expect(findHead(model.graph)).toMatchObject({ classes: 5 });
    await expectClose(quantised, model.graph);
  });

  test("dynamically quantised, answers within 1.5% of it and 2% of the network, scales back in the weights", async () => {
    const quantised = dynamicForm(graph);
    const { model, changes } = accepted(quantised);
    expect(changes).toEqual([note]);
    expect(operations(model.graph, /Quant|Integer|Cast/)).toEqual([]);
    const products = [/^Conv$/, /^(MatMul|Gemm)$/];
    for (const op of products) expect(operations(model.graph, op)).toHaveLength(operations(graph, op).length);
    expect(operations(model.graph, /^Mul$/)).toHaveLength(operations(graph, /^Mul$/).length);
    expect(findHead(model.graph)).toMatchObject({ classes: 5 });
    await expectClose(quantised, model.graph);
  });
});
