import { readdirSync, readFileSync } from "node:fs";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { shared, whySkipped } from "../../test/shared.ts";
import { type Dim, isStatic, sizeOf } from "../base/shape.ts";
import { bytesOf } from "../base/tensor.ts";
import { decodeModel } from "./decode.ts";
import { encodeModel } from "./encode.ts";
import { type Graph, type Model, producers } from "./graph.ts";
import { inferShapes } from "./shapes/infer.ts";

const folder = new URL("../../test/golden/", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".onnx"));
const read = (name: string): Model => decodeModel(readFileSync(new URL(name, folder)));

describe.each(files)("%s", (name) => {
  test("comes back equal from encode and decode", () => {
    const model = read(name);
    expect(comparable(decodeModel(encodeModel(model)))).toEqual(comparable(model));
  });

  test("has for every tensor the shape and dtype that onnxruntime gives it, at batch 4", async () => {
    const model = read(name);
    const known = inferShapes(model.graph);
    const real = await runAll(model, 4);
    const inferred = Object.fromEntries(
      Object.keys(real).map((tensor) => {
        const { dtype, shape } = known.get(tensor) ?? { dtype: undefined, shape: undefined };
        return [tensor, { dtype, shape: shape?.map((dim) => atBatch(dim, 4)) }];
      }),
    );
    expect(inferred).toEqual(real);
  });
});

/** Weights as text, which compares a hundred times faster than arrays. */
const comparable = ({ graph, ...around }: Model) => {
  const weights = [...graph.initializers].map(([name, value]) => {
    return [name, value.dtype, value.shape, Buffer.from(bytesOf(value)).toString("base64")];
  });
  return { ...around, graph: { ...graph, initializers: weights } };
};

const mobilenet = shared("models/mobilenet_v2_1.0_224/model.onnx");
test.skipIf(!mobilenet)(`the shapes of the full MobileNetV2${mobilenet ? "" : `: ${whySkipped}`}`, () => {
  const { graph } = decodeModel(readFileSync(mobilenet ?? ""));
  const known = inferShapes(graph);
  const pooled = graph.nodes.find(({ op }) => op === "GlobalAveragePool");
  expect(known.get(pooled?.inputs[0] ?? "")?.shape).toEqual(["batch", 1280, 7, 7]);
  expect(graph.outputs.map(({ name }) => known.get(name)?.shape)).toEqual([["batch", 1000]]);
});

/** Runs the model with all node outputs given out; their real dtypes and shapes. */
async function runAll(model: Model, batch: number): Promise<Record<string, unknown>> {
  const session = await InferenceSession.create(encodeModel({ ...model, graph: withAllOutputs(model.graph) }), {
    graphOptimizationLevel: "disabled",
    logSeverityLevel: 3,
  });
  const feeds = model.graph.inputs.map(({ name, shape = [] }) => {
    const dims = shape.map((dim) => atBatch(dim, batch));
    if (!isStatic(dims)) throw new Error(`${name} has more open extents than the batch`);
    return [name, new OrtTensor("float32", new Float32Array(sizeOf(dims)).fill(0.5), dims)] as const;
  });
  const results = await session.run(Object.fromEntries(feeds));
  return Object.fromEntries(
    Object.entries(results).map(([name, { type, dims }]) => [name, { dtype: type, shape: [...dims] }]),
  );
}

function withAllOutputs(graph: Graph): Graph {
  const known = inferShapes(graph);
  const outputs = [...producers(graph).keys()].flatMap((name) => {
    const value = known.get(name);
    return value ? [{ name, dtype: value.dtype, shape: undefined }] : [];
  });
  return { ...graph, outputs };
}

/** The extent at a batch of `batch`; a text where it does not follow from the batch alone. */
function atBatch(dim: Dim, batch: number): Dim {
  if (typeof dim === "number") return dim;
  const value = /^(?:(\d+)\*)?(N|batch|s\d+|batch_size)$/.exec(dim);
  return value ? Number(value[1] ?? 1) * batch : dim;
}
