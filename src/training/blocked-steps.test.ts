import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { apart, blockedNodes, drawFeeds, engineBlock, whyNotRun } from "../../test/fixtures/blocked.ts";
import { goldenBatch, randomProgram, scalarFeeds } from "../../test/fixtures/training-steps.ts";
import { goldenGraph, goldenUrl } from "../../test/golden.ts";
import { runInOnnxruntime } from "../../test/reference/onnxruntime.ts";
import type { Graph } from "../onnx/graph.ts";
import type { BatchNormMode } from "../program/batch-statistics.ts";
import { softmaxCrossEntropy } from "../program/losses.ts";
import { sgd } from "../program/optimizers.ts";
import { type Program, type TrainingProgram, trainingProgram } from "../program/training-program.ts";
import { blockChannels } from "../rewrite/blocked/block-channels.ts";
import { weightNames } from "../rewrite/trainable.ts";
import type { Tensors } from "../runtime/runtime.ts";

const engine = await engineBlock();

const files = readdirSync(goldenUrl(".")).filter((name) => name.endsWith(".onnx"));

/** So long a step leaves little of the weights but their gradients, except where those vanish and only rounding is left. */
const optimizer = sgd({ learningRate: 100 });

const programOf = (graph: Graph, batchNorm: BatchNormMode): TrainingProgram =>
  trainingProgram(graph, { trainable: weightNames(graph), loss: softmaxCrossEntropy(), optimizer, batchNorm });

/** The golden batch of four, its targets, and the state before the first step. */
const feedsOf = (network: string, { state }: TrainingProgram): Tensors => ({
  ...state,
  ...scalarFeeds(optimizer),
  ...goldenBatch(network),
});

function onBlocks({ graph }: Program, block: number): Graph {
  const blocked = blockChannels(graph, { block });
  if (!blocked) throw new Error(`"${graph.name}" was not rewritten`);
  return blocked;
}

interface Comparison {
  readonly feeds: Tensors;
  /** Pictures in the batch. */
  readonly size: number;
  /** In parts of the largest number of each tensor. */
  readonly tolerance?: number;
}

/** A program for any batch, held against the one for `size` and that one on blocks: loss, logits, all that is updated. */
async function expectSamePrograms(program: TrainingProgram, { feeds, size, tolerance = 1e-5 }: Comparison) {
  const fixed = program.forBatch(size);
  const forBlocks = program.forBatch(size, { block: engine });
  for (const kind of ["step", "evaluate"] as const) {
    const wanted = Object.entries(await runInOnnxruntime(program[kind].graph, feeds));
    expect(wanted.length).toBe(2 + Object.keys(program[kind].updates).length);
    const blocked = engine === undefined ? [] : [onBlocks(forBlocks[kind], engine)];
    for (const graph of [fixed[kind].graph, ...blocked]) {
      const got = await runInOnnxruntime(graph, feeds);
      const off = wanted.map(([name, value]) => [name, apart(got[name], value)] as const);
      expect(off.filter(([, distance]) => !(distance < tolerance))).toEqual([]);
    }
  }
}

const note = `(on blocks not where ${whyNotRun})`;

describe.each(files)("%s", (file) => {
  const [network = ""] = file.split(".");
  const graph = goldenGraph(file);
  const modes: readonly BatchNormMode[] = graph.nodes.some(({ op }) => op === "BatchNormalization")
    ? ["frozen", "training"]
    : ["frozen"];

  test.each(modes)(
    `takes the same step and evaluates the same for any batch, for four and on blocks ${note}, BatchNormalization %s`,
    async (mode) => {
      const program = programOf(graph, mode);
      await expectSamePrograms(program, { feeds: feedsOf(network, program), size: 4 });
    },
  );
});

describe("the layers on blocks of 8 and of 16 channels of", () => {
  test.each<[string, ...(readonly string[])]>([
    [
      "resnet.onnx",
      "9 Conv, 1 GlobalAveragePool, 1 MaxPool, 1 ReorderInput, 1 ReorderOutput",
      "5 Conv, 1 GlobalAveragePool, 1 ReorderOutput",
    ],
    ["vgg.onnx", "3 Conv, 2 MaxPool, 1 ReorderOutput", "1 Conv, 1 MaxPool, 1 ReorderOutput"],
    ["mobilenet.onnx", "4 Conv, 1 ReorderInput, 2 ReorderOutput", "5 Conv, 1 GlobalAveragePool, 2 ReorderOutput"],
    [
      "efficientnet.onnx",
      "6 Conv, 2 GlobalAveragePool, 1 ReorderInput, 2 ReorderOutput",
      "7 Conv, 3 GlobalAveragePool, 2 ReorderOutput",
    ],
    [
      "convnext.onnx",
      "4 Conv, 1 GlobalAveragePool, 4 ReorderInput, 4 ReorderOutput",
      "2 Conv, 1 GlobalAveragePool, 1 ReorderInput, 1 ReorderOutput",
    ],
    ["densenet.onnx", "1 Conv, 1 ReorderOutput", ""],
    ["vit.onnx", "", ""],
  ])("%s", (file, ...expected) => {
    const { evaluate } = programOf(goldenGraph(file), "frozen").forBatch(4);
    expect([8, 16].map((block) => blockedNodes(onBlocks(evaluate, block), evaluate.graph))).toEqual(expected);
  });
});

/** A random network of wide layers that trains all its weights, and what a step on `size` pictures is fed. */
function drawn(seed: number, size: number) {
  const program = randomProgram(seed, { optimizer, width: engine ?? 8 });
  const feeds = drawFeeds(program.forBatch(size).step.graph, seed);
  return { program, feeds: { ...feeds, ...program.state, ...scalarFeeds(optimizer) } };
}

const seeds = Array.from({ length: 40 }, (_, seed) => seed);

describe("random networks", () => {
  test("have convolutions on blocks, more than half of them", () => {
    const block = engine ?? 8;
    const steps = seeds.map((seed) => {
      const { step } = drawn(seed, 2).program.forBatch(2);
      return blockedNodes(onBlocks(step, block), step.graph);
    });
    expect(steps.filter((nodes) => nodes.includes("Conv")).length).toBeGreaterThan(seeds.length / 2);
  });

  test.each(seeds)(
    `network %d takes the same step and evaluates the same for any batch, for its size and on blocks ${note}`,
    async (seed) => {
      const size = 1 + (seed % 3);
      const { program, feeds } = drawn(seed, size);
      // Some of their gradients are sums that cancel: there plain steps are as far as 1.4e-5 from float64 themselves.
      await expectSamePrograms(program, { feeds, size, tolerance: 1e-4 });
    },
  );
});
