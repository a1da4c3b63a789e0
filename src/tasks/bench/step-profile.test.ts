import { describe, expect, test } from "vitest";
import { testHost } from "../../../test/fixtures/host.ts";
import { writeTinyModel } from "../../../test/fixtures/tiny-model.ts";
import { zeros } from "../../base/tensor.ts";
import { graphBuilder } from "../../onnx/builder.ts";
import { softmaxCrossEntropy } from "../../program/losses.ts";
import { sgd } from "../../program/optimizers.ts";
import { trainingProgram } from "../../program/training-program.ts";
import { benchBase } from "./bench-base.ts";
import { profiledRuntime } from "./profiled-runtime.ts";
import { stepProfile } from "./step-profile.ts";
import { workload } from "./workload.ts";

const host = testHost();

/** A dense layer of 3 to 4, ReLU, one of 4 to 2. */
function network() {
  const g = graphBuilder();
  const weight = (name: string, ...shape: readonly number[]) => g.initializer(name, zeros("float32", shape));
  const hidden = g.Relu(g.Gemm(g.input("X", "float32", ["N", 3]), weight("W1", 3, 4), weight("b1", 4)));
  return g.build([g.Gemm(hidden, weight("W2", 4, 2))]);
}

/** Two runs in which each node of the program takes one millisecond, and one goes by between them. */
function even(trainable: readonly string[]) {
  const forward = network();
  const optimizer = sgd({ momentum: 0.9 });
  const { graph } = trainingProgram(forward, { trainable, loss: softmaxCrossEntropy(), optimizer }).step;
  const nodes = graph.nodes.map(({ name, op }) => ({ name, op, ms: 1 }));
  const engine = { name: "ReorderInput", op: "ReorderInput", ms: 1 };
  const run = { ms: nodes.length + 2, nodes: [...nodes, engine] };
  const options = { forward, trainable, loaded: [graph], extents: { N: 5 }, steps: 2 };
  return { graph, profile: stepProfile([run, run], options) };
}

describe("a step's profile", () => {
  const { graph, profile } = even(["W1", "b1", "W2"]);
  const role = (wanted: string) => profile.roles.find((one) => one.role === wanted);

  test("leaves nothing out", () => {
    expect(profile).toMatchObject({ steps: 2, ms: graph.nodes.length + 2, between: { ms: 1 } });
    const all = [...profile.roles, profile.between];
    expect(all.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
    for (const rows of [profile.ops, profile.nodes]) {
      expect(rows.reduce((sum, { ms }) => sum + ms, profile.between.ms)).toBeCloseTo(profile.ms);
    }
  });

  test("tells what nodes are for", () => {
    expect(role("forward")?.ops).toMatchObject([
      { op: "Gemm", ms: 2 },
      { op: "Relu", ms: 1 },
    ]);
    expect(role("dX")?.ops.map(({ op }) => op)).toEqual(["Gemm"]);
    expect(role("dW")?.ops.map(({ op }) => op)).toEqual(["Gemm"]);
    expect(role("other gradients")?.ops.map(({ op }) => op)).toEqual(["Relu"]);
    expect(role("optimizer")?.ops.map(({ op }) => op)).toEqual(["Gemm"]);
    expect(role("loss")?.ms).toBeGreaterThan(0);
    const unknown = profile.nodes.filter((node) => node.role === "other").map(({ name }) => name);
    expect(unknown).toContain("ReorderInput");
  });

  test("gives each layer its parts, and the rate of its mathematics", () => {
    const layer = (name: string) => profile.layers.find((one) => one.layer === name);
    const [first, second] = [layer("Gemm_1"), layer("Gemm_2")];
    expect(first).toMatchObject({ op: "Gemm", forwardMs: 1, dXMs: 0 });
    expect([first?.dWMs, first?.optimizerMs].map((ms) => (ms ?? 0) > 0)).toEqual([true, true]);
    const busy = (second?.ms ?? 0) - (second?.optimizerMs ?? 0);
    expect(second?.gflops).toBeCloseTo((2 * 3 * 5 * 4 * 2) / (busy * 1e6));
    expect(layer("Relu_1")?.gflops).toBeUndefined();
  });

  test("counts what an op multiplies, in the form that it runs in", () => {
    const gemm = profile.ops.find(({ op }) => op === "Gemm");
    // forward 3·4 + 4·2, dX 4·2, dW 3·4 + 4·2, each for 5 rows
    expect(gemm).toMatchObject({ calls: 5, ms: 5 });
    expect(gemm?.gflops).toBeCloseTo((2 * 5 * (12 + 8 + 8 + 12 + 8)) / (5 * 1e6));
    expect(profile.ops.find(({ op }) => op === "Mul")).not.toHaveProperty("gflops");
  });

  test("of a frozen layer has no gradients and no update", () => {
    const frozen = even(["W2"]).profile.layers.find(({ layer }) => layer === "Gemm_1");
    expect(frozen).toMatchObject({ forwardMs: 1, dXMs: 0, dWMs: 0, optimizerMs: 0 });
  });
});

/** What onnxruntime puts in between ops that want their axes in another order. */
const reorderings = ["ReorderInput", "ReorderOutput", "Transpose"];

// A transformer's blocks the engine writes anew, and calls what comes out after nothing.
test.each([
  ["mobilenet.onnx", reorderings, 1],
  ["resnet.onnx", reorderings, 1],
  ["vgg.onnx", reorderings, 1],
  ["vit.onnx", undefined, 0.7],
])("of %s is attributed to layers, but for what the engine puts in itself", async (file, own, least) => {
  const model = await writeTinyModel(host.store, `/models/${file}`, { file });
  const base = await benchBase({ model, imageSize: undefined, headAt: undefined, seed: 0 }, host);
  for (const mode of ["full", "head", "forward"] as const) {
    const work = workload(base, { mode, batch: 2, optimizer: "sgd", threads: 1, seed: 0 }, host);
    const { runtime, profiles } = profiledRuntime(host.runtime);
    const running = await work.open({ ...host, runtime });
    await running.step(0);
    const [runs = [], ...others] = await profiles();
    await running.close();
    expect([runs.length, others]).toEqual([1, []]);
    const { nodes, layers } = stepProfile(runs, { ...work, loaded: running.graphs, extents: { N: 2 }, steps: 1 });
    const [known, unknown] = [
      nodes.filter(({ role }) => role !== "other"),
      nodes.filter(({ role }) => role === "other"),
    ];
    if (own) expect(unknown.filter(({ op }) => !own.includes(op))).toEqual([]);
    const written = unknown.filter(({ op }) => !reorderings.includes(op));
    if (mode === "full") expect(known.length / (known.length + written.length)).toBeGreaterThanOrEqual(least);
    expect(layers.some(({ dWMs }) => dWMs > 0)).toBe(mode !== "forward");
  }
});

test("of a layer that was folded into the one before it has the work of its own weights", async () => {
  const file = "resnet.onnx";
  const model = await writeTinyModel(host.store, "/models/folded", { file });
  const base = await benchBase({ model, imageSize: undefined, headAt: undefined, seed: 0 }, host);
  const work = workload(base, { mode: "full", batch: 2, optimizer: "sgd", threads: 1, seed: 0 }, host);
  const running = await work.open(host);
  await running.step(0);
  await running.close();
  const loaded = running.graphs;
  const nodes = loaded.flatMap((graph) => graph.nodes).map(({ name, op }) => ({ name, op, ms: 1 }));
  const profile = stepProfile([{ ms: nodes.length, nodes }], { ...work, loaded, extents: { N: 2 }, steps: 1 });
  const roles = (layerOp: string) =>
    profile.roles.flatMap(({ role, ops }) => (ops.some(({ op }) => op === layerOp) ? [role] : []));
  expect(roles("Conv")).toEqual(expect.arrayContaining(["forward", "dX", "dW", "optimizer"]));
  expect(roles("BatchNormalization")).toEqual(expect.arrayContaining(["forward", "dW", "optimizer"]));
  const convolutions = profile.nodes.filter(({ op, role }) => op === "Conv" && role === "forward");
  const layers = new Set(profile.layers.flatMap(({ layer, op }) => (op === "Conv" ? [layer] : [])));
  expect(convolutions.every(({ layer }) => layers.has(layer ?? ""))).toBe(true);
});
