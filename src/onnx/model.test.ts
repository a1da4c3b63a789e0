import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { afterAll, describe, expect, test } from "vitest";
import { readSafetensors } from "../../test/safetensors.ts";
import { graphBuilder } from "./builder.ts";
import { decodeModel } from "./decode.ts";
import { encodeModel } from "./encode.ts";
import { modelOf } from "./model.ts";

const golden = new URL("../../test/golden/", import.meta.url);

/** The interpreter that sees Debian's python3-onnx. */
const PYTHON = "/usr/bin/python3";
const checkerIsHere = (() => {
  try {
    execFileSync(PYTHON, ["-c", "import onnx.checker"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

const folder = mkdtempSync(join(tmpdir(), "regraft-onnx-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a model asks for the opset that its newest op needs, from 13 up, and the IR version of that time", () => {
  const asked = (op: "Relu" | "Sigmoid" | "BatchNormalization" | "Gelu" | "Split" | "LayerNormalization") => {
    const g = graphBuilder();
    const X = g.input("X", "float32", ["N", 4, 4]);
    const C = g.input("C", "float32", [4]);
    const [Y] = g.outputs(
      op,
      { BatchNormalization: [X, C, C, C, C], LayerNormalization: [X, C] }[String(op)] ?? [X],
      {},
      1,
    );
    const { opsets, irVersion } = modelOf(g.build(Y ? [Y] : []));
    return [opsets.get(""), irVersion];
  };
  expect(asked("Sigmoid")).toEqual([13, 7]);
  expect(asked("Relu")).toEqual([14, 7]);
  expect(asked("BatchNormalization")).toEqual([15, 8]);
  expect(asked("LayerNormalization")).toEqual([17, 8]);
  expect(asked("Split")).toEqual([18, 8]);
  expect(asked("Gelu")).toEqual([20, 9]);
});

test("ops that are not known ask for the opset inside, other domains for version 1", () => {
  const node = { name: "n", inputs: ["X"], outputs: ["Y"], attributes: {} };
  const X = { name: "X", dtype: "float32", shape: [1] } as const;
  const graph = { name: "g", inputs: [X], outputs: [{ ...X, name: "Y" }], initializers: new Map() };
  expect(modelOf({ ...graph, nodes: [{ ...node, op: "New", domain: "" }] })).toMatchObject({
    opsets: new Map([["", 21]]),
    irVersion: 10,
    producer: "regraft",
  });
  const fused = modelOf({ ...graph, nodes: [{ ...node, op: "FusedMatMul", domain: "com.microsoft" }] });
  expect([...fused.opsets]).toEqual([
    ["", 13],
    ["com.microsoft", 1],
  ]);
});

describe("a saved MobileNetV2", () => {
  const { graph } = decodeModel(readFileSync(new URL("mobilenet.folded.onnx", golden)));
  const bytes = encodeModel(modelOf(graph, { metadata: { task: "image-classification" } }));

  test("gives the logits that PyTorch gave", async () => {
    const tensors = readSafetensors(new URL("mobilenet.safetensors", golden));
    const [input, output] = [graph.inputs[0]?.name ?? "", graph.outputs[0]?.name ?? ""];
    const session = await InferenceSession.create(bytes);
    const x = tensors.input ?? expect.fail(`the golden file has ${Object.keys(tensors).slice(0, 9)}`);
    const results = await session.run({
      [input]: new OrtTensor("float32", Float32Array.from(x.data, Number), [...x.shape]),
    });
    expect(Float32Array.from(results[output]?.data as Float32Array)).toBeAllclose(tensors.logits ?? [], {
      rtol: 1e-4,
      atol: 1e-5,
    });
  });

  test("asks for no more than opset 14", () => {
    expect(modelOf(graph).opsets).toEqual(new Map([["", 14]]));
  });
});

const reason = checkerIsHere ? "" : " (needs Debian's python3-onnx, which is not here)";
describe.skipIf(!checkerIsHere)(`the official ONNX checker accepts, with shape inference,${reason}`, () => {
  // One process for all: each start of Python and ONNX takes a second.
  const program = `
import json, onnx, sys
def verdict(path):
    try:
        onnx.checker.check_model(onnx.load(path), full_check=True)
        return "accepted"
    except Exception as error:
        return type(error).__name__
print(json.dumps([verdict(path) for path in sys.argv[1:]]))`;
  const verdicts = (models: readonly Uint8Array[]): unknown => {
    const paths = models.map((bytes, at) => {
      const path = join(folder, `${at}.onnx`);
      writeFileSync(path, bytes);
      return path;
    });
    return JSON.parse(execFileSync(PYTHON, ["-c", program, ...paths], { encoding: "utf8" }));
  };

  test("every golden model that is written again, and refuses a broken one", () => {
    // Debian 12 has ONNX 1.12, which ends at opset 17 and IR 8.
    const models = readdirSync(golden)
      .filter((name) => name.endsWith(".onnx"))
      .map((name) => decodeModel(readFileSync(new URL(name, golden))))
      .filter(({ opsets }) => (opsets.get("") ?? 0) <= 17);
    const [{ graph } = expect.fail("no golden model of opset 17 or less")] = models;
    const broken = modelOf({ ...graph, nodes: graph.nodes.slice(1) });
    const expected = [...models.map(() => "accepted"), "ValidationError"];
    expect(verdicts([...models, broken].map((model) => encodeModel({ ...model, irVersion: 8 })))).toEqual(expected);
    expect(models.length).toBeGreaterThan(10);
  });

  test("the MobileNetV2 as modelOf saves it", () => {
    const { graph } = decodeModel(readFileSync(new URL("mobilenet.folded.onnx", golden)));
    expect(verdicts([encodeModel(modelOf(graph))])).toEqual(["accepted"]);
  });
});
