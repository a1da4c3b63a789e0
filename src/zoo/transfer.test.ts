import { describe, expect, test } from "vitest";
import { emptyWeights, hashedWeights } from "../../test/fixtures/zoo.ts";
import { runInOnnxruntime } from "../../test/reference/onnxruntime.ts";
import { random } from "../base/random.ts";
import { floats, numbersOf, type Tensor } from "../base/tensor.ts";
import type { Graph } from "../onnx/graph.ts";
import { cut } from "../rewrite/cut.ts";
import { findFeatures } from "../rewrite/find-features.ts";
import { graft } from "../rewrite/graft.ts";
import { dense } from "../rewrite/layers.ts";
import { splitFrozen } from "../rewrite/split-frozen.ts";
import { selectTrainable, weightNames } from "../rewrite/trainable.ts";
import { architecture } from "./architecture.ts";

const size = 32;
const noise = random(1);
const pixels = floats(
  Float32Array.from({ length: 2 * 3 * size * size }, () => noise.uniform(-2, 2)),
  [2, 3, size, size],
);

async function run(graph: Graph, feeds: Readonly<Record<string, Tensor>>, output: string): Promise<Tensor> {
  const found = (await runInOnnxruntime(graph, feeds))[output];
  if (!found) throw new Error(`no output "${output}"`);
  return found;
}

describe.each([
  { name: "resnet18", classifier: "fc", featureSize: 512, learned: 62 },
  { name: "mobilenet_v2", classifier: "classifier.1", featureSize: 1280, learned: 158 },
  { name: "vgg16", classifier: "classifier.6", featureSize: 4096, learned: 32 },
])("$name", ({ name, classifier, featureSize, learned }) => {
  const graph = architecture(name, { classes: 5, imageSize: size, weights: emptyWeights });

  test("has its classifier found by torchvision's name", () => {
    const { head, size: found, end } = findFeatures(graph);
    expect({ found, end }).toEqual({ found: featureSize, end: classifier });
    expect(head).toMatchObject({ kind: "Gemm", classes: 5, logits: "logits", nodes: [classifier], softmax: false });
  });

  test("has every learned tensor trained, and no running statistics", () => {
    const names = [...graph.initializers.keys()].filter((key) => !/^const_|running_/.test(key));
    expect(names).toHaveLength(learned);
    expect(weightNames(graph).toSorted()).toEqual(names.toSorted());
  });
});

test.each([
  ["resnet18", "layer4.1.conv1"],
  ["mobilenet_v2", "features.17.conv.0.0"],
])("%s takes a new head, and runs in two halves as in one, split at %s", async (name, from) => {
  const graph = architecture(name, { classes: 5, imageSize: size, weights: hashedWeights() });
  const base = cut(graph, findFeatures(graph).tensor);
  const grafted = graft(base, [dense(3)], { rng: random(3) });
  expect(grafted.graph.outputs).toEqual([{ name: "logits", dtype: "float32", shape: ["N", 3] }]);
  const trained = selectTrainable(grafted.graph, { unfreeze: { from }, always: grafted.added });
  expect(trained[0]).toBe(`${from}.weight`);
  expect(trained).toContain("head.0.weight");
  const { prefix, suffix, boundary } = splitFrozen(grafted.graph, trained);
  if (!prefix) throw new Error("a prefix was expected");
  expect([...prefix.initializers.keys()].filter((key) => trained.includes(key))).toEqual([]);
  const middle = await runInOnnxruntime(prefix, { pixel_values: pixels });
  const feeds = Object.fromEntries(boundary.flatMap(({ name: at }) => (middle[at] ? [[at, middle[at]]] : [])));
  const whole = await run(grafted.graph, { pixel_values: pixels }, "logits");
  expect(new Set(numbersOf(whole)).size).toBe(6);
  expect(await run(suffix, feeds, "logits")).toBeAllclose(whole, { rtol: 1e-4, atol: 1e-6 });
});
