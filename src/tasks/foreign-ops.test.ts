import { describe, expect, test } from "vitest";
import { drawnWeights, stem } from "../../test/fixtures/exported.ts";
import { testHost } from "../../test/fixtures/host.ts";
import { type TransferOptions, transfer } from "../../test/fixtures/transfer.ts";
import { type GraphBuilder, graphBuilder, type Value } from "../onnx/builder.ts";
import { decodeModel } from "../onnx/decode.ts";
import { encodeModel } from "../onnx/encode.ts";
import type { Attributes, Graph } from "../onnx/graph.ts";
import { modelOf } from "../onnx/model.ts";
import { inspectModel } from "./inspect.ts";

const host = testHost();

interface Foreign {
  readonly op: string;
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly attributes?: Attributes;
}

/** A node of an op that Regraft does not look into, with one output. */
function foreign(g: GraphBuilder, { op, domain = "com.microsoft", inputs, attributes = {} }: Foreign): Value {
  const output = `${op}.out`;
  const [made] = g.copy({ name: `the ${op}`, op, domain, inputs, outputs: [output], attributes });
  return made ?? g.value(output);
}

/** Conv, Conv, `between`, a third Conv, pooling, five scores. */
function network(between: (g: GraphBuilder, X: Value) => Value): Graph {
  const g = graphBuilder({ name: "optimized" });
  const weight = drawnWeights(g);
  const X = between(g, stem(g, g.input("image", "float32", ["N", 3, 32, 32])));
  const maps = g.Relu(g.Conv(X, weight("third.weight", 8, 8, 3, 3), undefined, { auto_pad: "SAME_UPPER" }));
  const scores = g.Gemm(g.Flatten(g.GlobalAveragePool(maps)), weight("fc.weight", 5, 8), weight("fc.bias", 5), {
    transB: 1,
  });
  return g.build([g.named("scores", scores)]);
}

/** What a model does after training is what it does after saving and loading, to the last bit. */
async function agrees(graph: Graph, options: TransferOptions) {
  const done = await transfer(graph, host, options);
  expect(done.after.map(({ logits }) => [...logits])).toEqual(done.before.map(({ logits }) => [...logits]));
  expect(done.losses.at(-1)).toBeLessThan(done.losses[0] ?? 0);
  return done;
}

const trilu = (g: GraphBuilder, X: Value) =>
  foreign(g, { op: "Trilu", inputs: [X.name], attributes: { upper: { kind: "int", value: 0 } } });

describe("a model with ops of another domain", () => {
  test("takes a new head on cached features", async () => {
    const { base, cached, saved } = await agrees(network(trilu), { unfreeze: "none" });
    expect(base.features.size).toBe(8);
    expect(cached).toBe(true);
    expect(saved.nodes.find(({ op }) => op === "Trilu")?.domain).toBe("com.microsoft");
  });

  test("can be trained behind them, where the shapes were found by running it", async () => {
    const { base } = await agrees(network(trilu), { unfreeze: { lastLayers: 1 } });
    expect(base.graph.outputs[0]?.shape).toEqual(["N", 8]);
  });

  test("cannot be trained as a whole, and says from where on it can", async () => {
    await expect(transfer(network(trilu), host)).rejects.toMatchObject({
      code: "no-gradient",
      message: expect.stringContaining('com.microsoft.Trilu (node "the Trilu")'),
      hint: expect.stringContaining("--unfreeze Conv_3"),
    });
    expect(await inspectModel({ model: "/exported" }, host)).toMatchObject({
      trainable: false,
      trainableFrom: "Conv_3",
      head: { features: 8, classes: 5 },
    });
  });

  test("gives features of a shape that only running it tells", async () => {
    const g = graphBuilder();
    const features = trilu(g, stem(g, g.input("image", "float32", ["N", 3, 32, 32])));
    const { base } = await agrees(g.build([g.named("features", g.Relu(features))]), { unfreeze: "none" });
    expect(base.features).toMatchObject({ head: undefined, size: 8 });
  });

  test("asks the engine for the versions of domains that its file asked for", () => {
    const graph = network((g, X) => foreign(g, { op: "Own", domain: "my.ops", inputs: [X.name] }));
    const model = modelOf({
      ...graph,
      domains: new Map([
        ["my.ops", 4],
        ["not.used", 2],
      ]),
    });
    expect(decodeModel(encodeModel(model)).opsets).toEqual(
      new Map([
        ["", 14],
        ["my.ops", 4],
      ]),
    );
  });

  test.each([
    ["QuickGelo", "com.microsoft", '"QuickGelu"'],
    ["FusedConvolution", "my.ops", '"FusedConv"'],
  ])("%s, which nobody knows, is named with its nearest names", async (op, domain, nearest) => {
    const graph = network((g, X) => foreign(g, { op, domain, inputs: [X.name] }));
    await expect(transfer(graph, host)).rejects.toMatchObject({
      code: "unknown-op",
      message: expect.stringContaining(`${domain}.${op}`),
      hint: expect.stringContaining(nearest),
    });
  });
});

describe("ONNX's own ops that Regraft does not look into", () => {
  test("run in the frozen part", async () => {
    const hann = (g: GraphBuilder, X: Value) => foreign(g, { op: "Shrink", domain: "", inputs: [X.name] });
    const { saved } = await agrees(network(hann), { unfreeze: { from: "Conv_3" } });
    expect(saved.nodes.map(({ op }) => op)).toContain("Shrink");
  });

  test("are refused in a form that meant something else, and with graphs inside", async () => {
    const { store } = host;
    const grid = network((g, X) => foreign(g, { op: "GridSample", domain: "", inputs: [X.name, X.name] }));
    const old = { ...modelOf(grid), opsets: new Map([["", 16]]) };
    await store.write("/old.onnx", encodeModel(old));
    await expect(inspectModel({ model: "/old.onnx" }, host)).rejects.toMatchObject({
      code: "unsupported-opset",
      hint: "Export the model at opset 21.",
    });
    const branch = graphBuilder().build([]);
    const attributes: Attributes = { body: { kind: "graph", value: branch } };
    const looped = network((g, X) => foreign(g, { op: "Repeat", inputs: [X.name], attributes }));
    await expect(transfer(looped, host)).rejects.toMatchObject({ code: "unsupported-model" });
  });

  test("that are misspelt are unknown at once", async () => {
    const graph = network((g, X) => foreign(g, { op: "Shrinc", domain: "", inputs: [X.name] }));
    await expect(transfer(graph, host)).rejects.toMatchObject({
      code: "unknown-op",
      hint: expect.stringContaining('"Shrink"'),
    });
  });
});
