import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { goldenTensors, goldenUrl } from "../../test/golden.ts";
import { runInOnnxruntime } from "../../test/reference/onnxruntime.ts";
import { readSafetensors } from "../../test/safetensors.ts";
import { backward } from "../autodiff/backward.ts";
import { floats, numbersOf, tensor } from "../base/tensor.ts";
import { extend, graphBuilder } from "../onnx/builder.ts";
import { decodeModel } from "../onnx/decode.ts";
import type { Graph } from "../onnx/graph.ts";
import { acceptModel } from "./accept.ts";
import { untieMerged } from "./untie-merged.ts";
import { weightedNodes } from "./weight-slots.ts";

const accepted = (file: string): Graph => acceptModel(decodeModel(readFileSync(goldenUrl(file)))).model.graph;

/** The mean softmax cross-entropy of the logits, differentiated by `weights`. */
function withGradients(graph: Graph, weights: readonly string[]): Graph {
  const g = extend(graph, { prefix: "step." });
  const labels = g.Unsqueeze(g.input("labels", "int64", ["N"]), g.ints([1]));
  const picked = g.GatherElements(g.LogSoftmax(g.value("logits")), labels, { axis: 1 });
  const loss = g.Neg(g.ReduceMean(picked, undefined, { keepdims: 0 }));
  const gradients = backward(g, { nodes: g.nodes(), output: loss, wrt: weights });
  return g.build([...gradients].map(([name, gradient]) => g.named(`grad.${name}`, gradient)));
}

/** Weights of an export by the names that they have in the plain export: the layers come in the same order. */
function plainNames(network: string, file: string): ReadonlyMap<string, string> {
  const [own, plain] = [file, `${network}.onnx`].map((one) => weightedNodes(accepted(one)));
  expect(own?.map(({ node }) => node.op)).toEqual(plain?.map(({ node }) => node.op));
  const pairs = (own ?? []).flatMap(({ weights }, layer) =>
    weights.map((weight, at) => [weight, plain?.[layer]?.weights[at] ?? ""] as const),
  );
  return new Map(pairs);
}

describe("exports that store equal weights once", () => {
  test.each([
    ["vit", 10, 2],
    ["convnext", 10, 4],
  ])("each layer of %s has PyTorch's own gradient", async (network, uses, stored) => {
    const file = `${network}.dynamo.onnx`;
    expect(acceptModel(decodeModel(readFileSync(goldenUrl(file)))).changes).toEqual([
      `${uses} weights were stored as ${stored}, because their numbers are the same; each layer has its own now.`,
    ]);
    const golden = readSafetensors(goldenUrl(`${network}.safetensors`));
    const known = [...plainNames(network, file)].filter(([, name]) => golden[`grad.${name}`]);
    const gradients = withGradients(
      accepted(file),
      known.map(([own]) => own),
    );
    const at = goldenTensors(`${network}.safetensors`);
    const input = gradients.inputs[0]?.name ?? "";
    const labels = tensor("int64", at("labels").shape, BigInt64Array.from(numbersOf(at("labels")), BigInt));
    const results = await runInOnnxruntime(gradients, { [input]: at("input"), labels });
    for (const [own, name] of known) {
      const expected = numbersOf(at(`grad.${name}`));
      const largest = Math.max(...expected.map(Math.abs));
      expect(results[`grad.${own}`]?.data, name).toBeAllclose(expected, { rtol: 0, atol: 1e-4 * largest });
    }
    const norms = known.filter(([, name]) => golden[`grad.${name}`]?.shape.length === 1);
    expect(norms.length).toBeGreaterThan(uses);
  });
});

describe("untieMerged", () => {
  /** Two layers that read one weight. */
  function tied(values: readonly number[]) {
    const g = graphBuilder();
    const weight = g.initializer("w", floats(values, [2, 2]));
    return g.build([g.MatMul(g.MatMul(g.input("x", "float32", ["N", 2]), weight), weight)]);
  }

  test("leaves weights tied whose numbers differ: no two layers learn the same by chance", () => {
    const graph = tied([1, 2, 3, 4]);
    expect(untieMerged(graph)).toEqual({ graph, changes: [] });
  });

  test("shares the bytes of what it parts", () => {
    const { initializers } = untieMerged(tied([1, 1, 1, 1])).graph;
    expect([...initializers.keys()]).toEqual(["w", "w_2"]);
    expect(initializers.get("w_2")?.data).toBe(initializers.get("w")?.data);
  });

  test("leaves the name to what is no weight: a running variance of ones", () => {
    const g = graphBuilder();
    const ones = g.initializer("ones", floats([1, 1]));
    const zeros = g.initializer("zeros", floats([0, 0]));
    const graph = g.build([g.BatchNormalization(g.input("x", "float32", ["N", 2, 4, 4]), ones, zeros, zeros, ones)]);
    expect(untieMerged(graph).graph.nodes[0]?.inputs).toEqual(["x", "ones_2", "zeros_2", "zeros", "ones"]);
  });
});
