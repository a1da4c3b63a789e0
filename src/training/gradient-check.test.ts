import { afterAll, describe, expect, test } from "vitest";
import { testHost } from "../../test/fixtures/host.ts";
import { goldenGraph, goldenTensors } from "../../test/golden.ts";
import { random } from "../base/random.ts";
import { floats, numbersOf } from "../base/tensor.ts";
import { graphBuilder, type Value } from "../onnx/builder.ts";
import type { Graph, Node } from "../onnx/graph.ts";
import { softmaxCrossEntropy } from "../program/losses.ts";
import { sgd } from "../program/optimizers.ts";
import { names, type TrainingProgram, trainingProgram } from "../program/training-program.ts";
import { weightNames } from "../rewrite/trainable.ts";
import { checkGradients } from "./gradient-check.ts";

const { runtime } = testHost();
const workspace = await runtime.open({ threads: 1 });
afterAll(() => workspace.close());

const programOf = (graph: Graph): TrainingProgram =>
  trainingProgram(graph, {
    trainable: weightNames(graph),
    loss: softmaxCrossEntropy(),
    optimizer: sgd(),
    accumulate: 2,
  });

/** The golden batch, each example with a class drawn for it. */
function examplesFor(network: string, input: string) {
  const pictures = goldenTensors(`${network}.safetensors`)("input");
  const [count = 0] = pictures.shape;
  const rng = random(5);
  const classes = Array.from({ length: count }, () => rng.int(5));
  return () => ({
    indices: classes.map((_, at) => at),
    inputs: { [input]: floats(numbersOf(pictures), pictures.shape) },
    targets: Float32Array.from(classes.flatMap((chosen) => [0, 1, 2, 3, 4].map((at) => (at === chosen ? 1 : 0)))),
  });
}

async function check(network: string, program: TrainingProgram, weights = program.weights) {
  const examples = examplesFor(network, program.step.graph.inputs[0]?.name ?? "");
  return checkGradients(program, workspace, { weights, examples, rng: random(1) });
}

test.each(["convnext", "densenet", "efficientnet", "mobilenet", "resnet", "vgg", "vit"])(
  "every gradient of %s agrees with differences of its loss",
  async (network) => {
    const findings = await check(network, programOf(goldenGraph(`${network}.onnx`)));
    expect(findings.filter(({ verdict }) => verdict === "fail")).toEqual([]);
    const open = findings.filter(({ verdict }) => verdict === "inconclusive");
    expect(open.length / findings.length).toBeLessThan(0.15);
  },
);

/** The program with a wrong gradient of one weight: `spoil` makes it from the right one. */
function spoiled(program: TrainingProgram, weight: string, spoil: (right: string) => Partial<Node>): TrainingProgram {
  const { accumulate } = program;
  if (!accumulate) throw new Error("no accumulation");
  const output = names.next(names.gradientSum(weight));
  const nodes = accumulate.graph.nodes.flatMap((node) =>
    node.outputs[0] === output
      ? [{ ...node, name: "spoiled", op: "Mul", attributes: {}, ...spoil(node.inputs[0] ?? ""), outputs: [output] }]
      : [node],
  );
  const initializers = new Map([...accumulate.graph.initializers, ["wrong", floats([1.1], [])]]);
  const wrong = { ...program, accumulate: { ...accumulate, graph: { ...accumulate.graph, nodes, initializers } } };
  return { ...wrong, forBatch: () => wrong };
}

describe("a wrong gradient is found out", () => {
  const right = programOf(goldenGraph("mobilenet.onnx"));
  const pointwise = "features.2.proj.0.weight";
  const kernel = "features.3.0.weight";
  const verdictOf = async (program: TrainingProgram, weight: string) =>
    (await check("mobilenet", program, [weight]))[0]?.verdict;

  test.each([
    ["a tenth too large", (from: string) => ({ inputs: [from, "wrong"] })],
    ["of the other sign", (from: string) => ({ op: "Neg", inputs: [from] })],
    ["without its negative half", (from: string) => ({ op: "Relu", inputs: [from] })],
    ["zero", (from: string) => ({ op: "Sub", inputs: [from, from] })],
    ["not a number where it is negative", (from: string) => ({ op: "Log", inputs: [from] })],
  ])("%s", async (_, spoil) => {
    expect(await verdictOf(spoiled(right, kernel, spoil), kernel)).toBe("fail");
  });

  test("and the right one beside it is not blamed", async () => {
    const wrong = spoiled(right, kernel, (from) => ({ op: "Neg", inputs: [from] }));
    expect([await verdictOf(wrong, pointwise), await verdictOf(right, kernel)]).toEqual(["ok", "ok"]);
  });
});

describe("where nothing can be seen", () => {
  /** Five logits that are linear in the means of the channels, joined with a bias. */
  function network(join: (g: ReturnType<typeof graphBuilder>, X: Value, bias: Value) => Value): TrainingProgram {
    const g = graphBuilder();
    const X = g.input("input", "float32", ["N", 3, 32, 32]);
    const pooled = g.Flatten(g.GlobalAveragePool(X));
    const W = g.initializer(
      "W",
      floats(
        Float32Array.from({ length: 15 }, (_, at) => Math.sin(at)),
        [5, 3],
      ),
    );
    const logits = g.Gemm(pooled, W, undefined, { transB: 1 });
    const bias = g.initializer("bias", floats([0.5, 0.25], [2, 1]));
    return trainingProgram(g.build([join(g, logits, bias)]), {
      ...{ trainable: ["W", "bias"], loss: softmaxCrossEntropy(), optimizer: sgd(), accumulate: 2 },
    });
  }

  test("a bias that moves all logits alike, and so not the loss, is inconclusive and says why", async () => {
    const alike = network((g, logits, bias) => g.Add(logits, g.ReduceSum(bias, undefined, { keepdims: 0 })));
    const [finding] = await check("mobilenet", alike, ["bias"]);
    expect(finding).toMatchObject({ verdict: "inconclusive", reason: expect.stringMatching(/rounding|zero/) });
  });

  test("the check ends when it is told to, with what it has", async () => {
    const program = network((_, logits) => logits);
    const examples = examplesFor("mobilenet", "input");
    const options = { weights: ["W", "bias"], examples, rng: random(1), goOn: (done: number) => done < 1 };
    expect((await checkGradients(program, workspace, options)).map(({ weight }) => weight)).toEqual(["W"]);
  });
});
