import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { drawFeeds, engineBlock, whyNotRun } from "../../test/fixtures/blocked.ts";
import { goldenBatch, randomProgram, scalarFeeds } from "../../test/fixtures/training-steps.ts";
import { goldenGraph } from "../../test/golden.ts";
import { uniform } from "../autodiff/gradient-cases/case.ts";
import { random } from "../base/random.ts";
import { sizeOf } from "../base/shape.ts";
import { floats, type Tensor } from "../base/tensor.ts";
import { graphBuilder } from "../onnx/builder.ts";
import { encodeModel } from "../onnx/encode.ts";
import { modelOf } from "../onnx/model.ts";
import type { BatchNormMode } from "../program/batch-statistics.ts";
import { softmaxCrossEntropy } from "../program/losses.ts";
import { adam, adamw, type Optimizer, rmsprop, sgd } from "../program/optimizers.ts";
import {
  names,
  type Program,
  type Programs,
  type TrainingProgram,
  trainingProgram,
} from "../program/training-program.ts";
import { blockChannels } from "../rewrite/blocked/block-channels.ts";
import { withoutIdentities } from "../rewrite/simplify.ts";
import { sumIntoProducts } from "../rewrite/sum-into-products.ts";
import { weightNames } from "../rewrite/trainable.ts";
import { updatesInPlace } from "../rewrite/update-in-place.ts";
import { wholeScalars } from "../rewrite/whole-scalars.ts";
import { nodeRuntime } from "../runtime/node/node-runtime.ts";
import type { Session, Tensors, Workspace } from "../runtime/runtime.ts";

const engine = await engineBlock();

let workspace: Workspace;
beforeAll(async () => {
  workspace = await nodeRuntime.open({ threads: 2 });
});
afterAll(() => workspace.close());

const optimizers: Readonly<Record<string, Optimizer>> = {
  sgd: sgd({ learningRate: 0.1 }),
  "sgd with weight decay": sgd({ learningRate: 0.1, weightDecay: 0.01 }),
  momentum: sgd({ learningRate: 0.1, momentum: 0.9 }),
  nesterov: sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
  adam: adam({ learningRate: 0.01 }),
  adamw: adamw({ learningRate: 0.01 }),
  rmsprop: rmsprop({ learningRate: 0.01 }),
  "rmsprop with momentum": rmsprop({ learningRate: 0.01, momentum: 0.9 }),
};

const kinds = ["accumulate", "step"] as const;

/** The programs of a batch of `size`, plain and, where the engine has them, on blocks. */
function laidOut(program: TrainingProgram, size: number): readonly Programs[] {
  const plain = summed(program.forBatch(size));
  if (engine === undefined) return [plain];
  const { step, ...rest } = summed(program.forBatch(size, { block: engine }));
  const graph = blockChannels(step.graph, { block: engine });
  return [plain, ...(graph ? [{ ...rest, step: { ...step, graph } }] : [])];
}

const summed = ({ step, ...rest }: Programs): Programs => ({
  ...rest,
  step: { ...step, graph: sumIntoProducts(step.graph) },
});

interface Loaded {
  readonly session: Session;
  /** What it is fed. */
  readonly inputs: readonly string[];
}

interface Steps {
  readonly programs: Partial<Programs>;
  /** State before the first step. */
  readonly state: Tensors;
  readonly feeds: Tensors;
  readonly optimizer: Optimizer;
}

/** Three steps: what each run gave, and the state that it left. */
async function taken({ programs, state, feeds, optimizer }: Steps, load: (program: Program) => Promise<Loaded>) {
  await workspace.setState(state);
  const sessions = await Promise.all(
    kinds.flatMap((kind) => {
      const program = programs[kind];
      return program ? [load(program)] : [];
    }),
  );
  const runs = [];
  for (let step = 1; step <= 3; step++) {
    for (const { session, inputs } of sessions) {
      const given = Object.entries({ ...feeds, ...scalarFeeds(optimizer, step) }).filter(([name]) =>
        inputs.includes(name),
      );
      const outputs = await session.run(structuredClone(Object.fromEntries(given)));
      runs.push({ ...outputs, ...(await workspace.getState(Object.keys(state))) });
    }
  }
  for (const { session } of sessions) await session.release();
  return runs;
}

async function inPlace({ graph, state, updates }: Program): Promise<Loaded> {
  const ordered = updatesInPlace(graph, updates, { from: 0 });
  return loaded({ graph: ordered.graph, state, updates }, ordered.inPlace);
}

const inTwoBuffers = (program: Program): Promise<Loaded> => loaded(program, []);

async function loaded({ graph, state, updates }: Program, inPlace: readonly string[]): Promise<Loaded> {
  const session = await workspace.load(encodeModel(modelOf(wholeScalars(graph))), { state, updates, inPlace });
  return { session, inputs: graph.inputs.map(({ name }) => name).filter((name) => !state.includes(name)) };
}

async function expectSameSteps(layouts: readonly Programs[], given: Omit<Steps, "programs">) {
  for (const programs of layouts) {
    const steps = { ...given, programs };
    const expected = await taken(steps, inTwoBuffers);
    expect(differences(await taken(steps, inPlace), expected)).toEqual([]);
    const [first, last] = [expected.at(0), expected.at(-1)];
    expect(first && last && differences([last], [first]).length).toBeGreaterThan(0);
  }
}

/** "run 1: loss" for each tensor that is not the same to the bit. */
function differences(got: readonly Tensors[], expected: readonly Tensors[]): readonly string[] {
  expect(got.map((run) => Object.keys(run))).toEqual(expected.map((run) => Object.keys(run)));
  return expected.flatMap((run, at) =>
    Object.entries(run).flatMap(([name, value]) =>
      bits(got[at]?.[name]) === bits(value) ? [] : [`run ${at}: ${name}`],
    ),
  );
}

function bits(value: Tensor | undefined): string {
  const { buffer, byteOffset, byteLength } = value?.data ?? new Uint8Array();
  return Buffer.from(buffer, byteOffset, byteLength).toString("latin1");
}

/** State that a step keeps in two buffers. */
function twice(layouts: readonly Programs[]): readonly string[] {
  return layouts.flatMap(({ step, accumulate }) =>
    [step, ...(accumulate ? [accumulate] : [])].flatMap(({ graph, updates }) => {
      const { inPlace } = updatesInPlace(graph, updates, { from: 0 });
      return Object.values(updates).filter((name) => !inPlace.includes(name));
    }),
  );
}

const note = `(on blocks not where ${whyNotRun})`;

describe(`three steps in place leave bit for bit what they leave in two buffers ${note}`, () => {
  /** With the state that stays in two buffers: a scale that is read for a gradient from which no sum follows. */
  const golden: readonly [string, keyof typeof optimizers, BatchNormMode, ...(readonly string[])][] = [
    ["resnet", "momentum", "frozen"],
    ["vgg", "adam", "frozen"],
    ["vgg", "sgd with weight decay", "frozen"],
    ["mobilenet", "rmsprop", "frozen"],
    ["mobilenet", "momentum", "training", "features.0.1.weight"],
    ["efficientnet", "nesterov", "frozen"],
    ["convnext", "adamw", "frozen"],
    ["densenet", "rmsprop with momentum", "training", "n1.weight"],
    ["densenet", "sgd", "frozen", "n1.weight"],
    ["vit", "adam", "frozen"],
  ];
  test.each(golden)("%s by %s, BatchNormalization %s", async (network, name, batchNorm, ...stay) => {
    const graph = goldenGraph(`${network}.onnx`);
    const optimizer = optimizers[name] ?? sgd();
    const loss = softmaxCrossEntropy();
    const program = trainingProgram(graph, { trainable: weightNames(graph), loss, optimizer, batchNorm });
    const layouts = laidOut(program, 4);
    expect([...new Set(twice(layouts))]).toEqual(stay);
    await expectSameSteps(layouts, { state: program.state, feeds: goldenBatch(network), optimizer });
  });

  const drawn = Array.from({ length: 10 }, (_, seed) => [seed, Object.keys(optimizers)[seed % 8] ?? ""] as const);
  test.each(drawn)("random network %d by %s", async (seed, name) => {
    const optimizer = optimizers[name] ?? sgd();
    const program = randomProgram(seed, { optimizer, width: engine ?? 8, accumulate: seed % 3 === 0 ? 2 : 1 });
    const moments = program.weights.flatMap((weight) => optimizer.slots.map((slot) => names.slot(slot, weight)));
    const layouts = laidOut(program, 2);
    expect(twice(layouts).filter((state) => moments.includes(state))).toEqual([]);
    const feeds = layouts[0] ? drawFeeds(layouts[0].step.graph, seed) : {};
    await expectSameSteps(layouts, { state: program.state, feeds, optimizer });
  });

  test.each<keyof typeof optimizers>(["momentum", "adamw"])("layers of 65,536 weights and more by %s", async (name) => {
    const optimizer = optimizers[name] ?? sgd();
    const g = graphBuilder({ name: "large" });
    const weight = (of: string, ...shape: readonly number[]) =>
      g.initializer(of, floats(uniform(-0.1, 0.1)(random(1).fork(of), sizeOf(shape)), shape));
    const maps = g.Relu(g.Conv(g.input("X", "float32", ["N", 64, 6, 6]), weight("K", 128, 64, 3, 3)));
    const hidden = g.Relu(g.Gemm(g.Flatten(maps), weight("W", 2048, 64), weight("b", 64)));
    const graph = g.build([g.named("logits", g.Gemm(hidden, weight("V", 64, 3)))]);
    const program = trainingProgram(graph, { trainable: ["K", "W", "b", "V"], loss: softmaxCrossEntropy(), optimizer });
    const layouts = laidOut(program, 4);
    const summed = layouts.map(({ step }) =>
      step.graph.nodes.filter(({ op, inputs }) => op === "Conv" && inputs.length === 4),
    );
    if (engine !== undefined) expect(summed.map(({ length }) => length)).toEqual([0, 2]);
    const feeds = layouts[0] ? drawFeeds(layouts[0].step.graph, 1) : {};
    await expectSameSteps(layouts, { state: program.state, feeds, optimizer });
  });

  test.each([
    [300, 200, 64],
    [1, 200, 64],
    [300, 1, 64],
    [300, 200, 1],
    [5, 3, 2],
  ])("a Gemm, and a product with a sum, that write over what they add to: [%d, %d], %d in a batch", async (m, n, k) => {
    const g = graphBuilder();
    const [X, dY] = [g.input("X", "float32", [k, m]), g.input("dY", "float32", [k, n])];
    const outputs = {
      "next:v": g.Gemm(X, dY, g.input("v", "float32", [m, n]), { transA: 1, alpha: 0.5, beta: 0.9 }),
      "next:sum": g.Add(g.MatMul(g.Transpose(X, { perm: [1, 0] }), dY), g.input("sum", "float32", [m, n])),
    };
    const built = g.build(Object.entries(outputs).map(([name, value]) => g.named(name, value)));
    const updates = { "next:v": "v", "next:sum": "sum" };
    const step = { graph: withoutIdentities(built), state: ["v", "sum"], updates };
    expect(updatesInPlace(step.graph, updates, { from: 0 }).inPlace).toEqual(["v", "sum"]);
    const { v, sum, ...feeds } = drawFeeds(step.graph);
    const steps = { programs: { step }, state: { ...(v && { v }), ...(sum && { sum }) }, feeds, optimizer: sgd() };
    expect(differences(await taken(steps, inPlace), await taken(steps, inTwoBuffers))).toEqual([]);
  });
});
