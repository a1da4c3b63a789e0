import { describe, expect, test } from "vitest";
import { type FakeEngineOptions, fakeEngine, isOnBlocks } from "../../test/fixtures/fake-engine.ts";
import { random } from "../base/random.ts";
import { sizeOf } from "../base/shape.ts";
import { floats } from "../base/tensor.ts";
import { graphBuilder } from "../onnx/builder.ts";
import type { Graph } from "../onnx/graph.ts";
import { meanSquaredError } from "../program/losses.ts";
import { sgd } from "../program/optimizers.ts";
import { trainingProgram } from "../program/training-program.ts";
import { BatchSessions } from "./batch-sessions.ts";
import { EnginePrograms } from "./engine-programs.ts";

/** Pictures [N, 3, 6, 6] to [N, 2], by a convolution of 8 channels or none. */
function network({ convolution = true } = {}): Graph {
  const g = graphBuilder({ name: "net" });
  const weight = (name: string, ...shape: readonly number[]) =>
    g.initializer(name, floats(Array.from({ length: sizeOf(shape) }, random(4).fork(name).normal), shape));
  const X = g.input("X", "float32", ["N", 3, 6, 6]);
  const maps = convolution ? g.Relu(g.Conv(X, weight("K", 8, 3, 3, 3))) : X;
  const features = g.Flatten(g.GlobalAveragePool(maps));
  return g.build([g.named("logits", g.MatMul(features, weight("W", convolution ? 8 : 3, 2)))]);
}

/** Sessions on a fake engine, and what it has loaded of the program. */
function opened({ convolution = true, ...options }: FakeEngineOptions & { readonly convolution?: boolean } = {}) {
  const graph = network({ convolution });
  const engine = fakeEngine(options);
  const trainable = [...graph.initializers.keys()].filter((name) => name === "K" || name === "W");
  const program = trainingProgram(graph, { trainable, loss: meanSquaredError(), optimizer: sgd(), accumulate: 2 });
  const named = ({ name, inputs, ...rest }: Graph) =>
    `${name} ${inputs.find((input) => input.name === "X")?.shape?.[0]}${isOnBlocks({ name, inputs, ...rest }) ? " on blocks" : ""}`;
  return {
    engine,
    sessions: new BatchSessions(new EnginePrograms(program), engine),
    /** "net.update 4 on blocks": the graph, its batch, how it is laid out. */
    loads: () => engine.loaded.map(({ graph }) => named(graph)).filter((name) => name.startsWith("net.")),
  };
}

describe("on an engine with blocks", () => {
  test("two sizes of batch have programs of their own, any other runs the one for every size", async () => {
    const { sessions, loads } = opened({ block: 8 });
    for (const size of [4, 3, 2, 4, 5, 3]) await sessions.session("step", size);
    expect(loads()).toEqual(["net.update 4 on blocks", "net.update 3 on blocks", "net.update N"]);
  });

  test("a size is loaded once, also while it is being loaded", async () => {
    const { sessions, loads } = opened({ block: 8 });
    const [first, second] = [sessions.session("step", 4), sessions.session("step", 4)];
    expect(await first).toBe(await second);
    expect(loads().length).toBe(1);
  });

  test("each kind of program has two sizes: those of an epoch's evaluation are others than those of its training", async () => {
    const { sessions, loads } = opened({ block: 8 });
    await sessions.session("step", 4);
    await sessions.session("step", 3);
    await sessions.session("evaluate", 16);
    await sessions.session("accumulate", 8);
    expect(loads().slice(2)).toEqual(["net.evaluate 16 on blocks", "net.accumulate 8 on blocks"]);
  });

  test("it is asked for its blocks once", async () => {
    const { engine, sessions } = opened({ block: 8 });
    await Promise.all([sessions.session("step", 4), sessions.session("evaluate", 4), sessions.session("step", 2)]);
    expect(engine.loaded.filter(({ graph }) => graph.name === "block-probe").length).toBe(1);
  });

  test("state and updates are those of the program", async () => {
    const { engine, sessions } = opened({ block: 8 });
    await sessions.session("accumulate", 4);
    expect(engine.loaded.at(-1)?.options).toEqual({
      state: ["K", "W", "gradient_sum:K", "gradient_sum:W"],
      inPlace: [],
      updates: { "next:gradient_sum:K": "gradient_sum:K", "next:gradient_sum:W": "gradient_sum:W" },
    });
  });

  test("blocks larger than the network's channels change nothing", async () => {
    const { sessions, loads } = opened({ block: 16 });
    await sessions.session("step", 4);
    expect(loads()).toEqual(["net.update 4"]);
  });
});

test.each<[string, FakeEngineOptions]>([
  ["without blocks", {}],
  ["that computes something else on blocks", { block: 8, onBlocks: () => ({}) }],
  [
    "that takes a test on blocks, but not the step",
    { block: 8, refuses: (graph) => isStep(graph) && isOnBlocks(graph) },
  ],
])("on an engine %s a size has a plain program of its own", async (_, options) => {
  const { sessions, loads } = opened(options);
  for (const size of [4, 3, 2]) await sessions.session("step", size);
  expect(loads()).toEqual(["net.update 4", "net.update 3", "net.update N"]);
});

const isStep = ({ name }: Graph): boolean => name === "net.update";

test("a network without convolutions is run without asking for blocks", async () => {
  const { engine, sessions, loads } = opened({ block: 8, convolution: false });
  await sessions.session("step", 4);
  expect(loads()).toEqual(["net.update 4"]);
  expect(engine.loaded.length).toBe(1);
});

test("what the engine takes in no form fails with the engine's error", async () => {
  const { sessions } = opened({ block: 8, refuses: isStep });
  await expect(sessions.session("step", 4)).rejects.toThrow(expect.objectContaining({ code: "engine-failed" }));
});
