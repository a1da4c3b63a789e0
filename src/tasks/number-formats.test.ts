import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { testHost } from "../../test/fixtures/host.ts";
import { writeTrainVal } from "../../test/fixtures/pictures.ts";
import { dynamicForm, qdqForm } from "../../test/fixtures/quantise.ts";
import { writeTinyModel } from "../../test/fixtures/tiny-model.ts";
import { goldenUrl } from "../../test/golden.ts";
import { decodeModel } from "../onnx/decode.ts";
import { encodeModel } from "../onnx/encode.ts";
import type { Graph, Model } from "../onnx/graph.ts";
import { modelOf } from "../onnx/model.ts";
import { acceptModel } from "../rewrite/accept.ts";
import { toFloat16 } from "../rewrite/to-float16.ts";
import { evaluateRun } from "./evaluate-run.ts";
import { inspectModel } from "./inspect.ts";
import { trainRun } from "./train-run.ts";

const source = decodeModel(readFileSync(goldenUrl("mobilenet.folded.onnx")));
const { graph } = acceptModel(source).model;

/** As exporters before IR version 4 wrote them: every weight is an input too. */
function withWeightsAsInputs(model: Model): Model {
  const weights = [...model.graph.initializers].map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
  return { ...model, irVersion: 3, graph: { ...model.graph, inputs: [...model.graph.inputs, ...weights] } };
}

/** The whole of a graph in float16, inputs and outputs too. */
function halfThroughout(whole: Graph): Graph {
  const half = toFloat16(whole);
  return { ...half, inputs: half.inputs.map((input) => ({ ...input, dtype: "float16" })) };
}

const rows: readonly (readonly [string, Model, changes: number])[] = [
  ["weights listed as inputs", withWeightsAsInputs(source), 0],
  ["float16 weights", modelOf(toFloat16(graph)), 1],
  ["float16 pictures", modelOf(halfThroughout(graph)), 1],
  ["QDQ", modelOf(qdqForm(graph, new Map(), { perAxis: true, foldsRelu: false })), 1],
  ["dynamic quantisation", modelOf(dynamicForm(graph)), 1],
];

describe.each(rows)("a model with %s", (_, model, changes) => {
  test("is told about, trained whole, saved in float16, and answers", async () => {
    const host = testHost();
    await writeTinyModel(host.store, "/model");
    await host.store.write("/model/model.onnx", encodeModel(model));
    const seen = await inspectModel({ model: "/model" }, host);
    expect(seen).toMatchObject({ trainable: true, head: { classes: 5 } });
    expect(seen.changes).toHaveLength(changes);
    expect(seen.parameters).toBeGreaterThan(1000);

    await writeTrainVal(host.store, "/data", { classes: 2, perClass: 10 });
    const recipe = { headEpochs: 2, tuneEpochs: 1, headLearningRate: 0.1, tuneLearningRate: 1e-3, batch: 8 };
    const trained = await trainRun({ model: "/model", data: "/data", out: "/run", dtype: "float16", ...recipe }, host);
    expect(trained.phases.map(({ name }) => name)).toEqual(["head", "tune"]);
    expect(await host.store.list("/run/model/onnx")).toEqual(["model_fp16.onnx"]);
    const { loss, accuracy } = await evaluateRun({ run: "/run", data: "/data/val" }, host);
    expect(loss).toBeCloseTo(trained.valLoss, 2);
    expect(accuracy).toBe(trained.valAccuracy);
  });
});
