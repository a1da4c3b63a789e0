import { describe, expect, test } from "vitest";
import { goldenGraph } from "../../test/golden.ts";
import { type StaticShape, sizeOf } from "../base/shape.ts";
import { floats } from "../base/tensor.ts";
import { graphBuilder } from "../onnx/builder.ts";
import type { Graph } from "../onnx/graph.ts";
import { chooseLayers, loraLayers } from "./lora-layers.ts";
import { weightNames } from "./trainable.ts";

const layersOf = (graph: Graph) => loraLayers(graph, weightNames(graph));
const modulesOf = (file: string) => layersOf(goldenGraph(file)).layers.map(({ module }) => module);

describe("the modules of a network", () => {
  const vit = [0, 1].flatMap((block) => ["qkv", "proj", "up", "down"].map((layer) => `blocks.${block}.${layer}`));
  const mobilenet = ["1.up.0", "1.proj.0", "2.up.0", "2.proj.0", "3.0"].map((layer) => `features.${layer}`);

  test.each(["onnx", "folded.onnx", "dynamo.onnx"])("have PyTorch's names in each export: %s", (end) => {
    expect(modulesOf(`vit.${end}`)).toEqual([...vit, "head"]);
    expect(modulesOf(`mobilenet.${end}`)).toEqual([...mobilenet, "classifier.1"]);
    expect(modulesOf(`convnext.${end}`)).toEqual(["b1.up", "b1.down", "b2.up", "b2.down", "fc"]);
  });

  test("that take no adapter say why", () => {
    const { skipped } = layersOf(goldenGraph("mobilenet.onnx"));
    expect(skipped).toEqual([
      { module: "features.0.0", reason: "its kernel is 3 x 3, not 1 x 1" },
      { module: "features.1.dw.0", reason: "it is a convolution in 32 groups" },
      { module: "features.2.dw.0", reason: "it is a convolution in 48 groups" },
    ]);
  });

  test("that are odd say why, and what is no product is left out", () => {
    const g = graphBuilder();
    const weight = (name: string, ...shape: StaticShape) =>
      g.initializer(name, floats(new Float32Array(sizeOf(shape)), shape));
    const X = g.input("X", "float32", ["N", 4]);
    const both = weight("both.weight", 4, 4);
    const Y = g.Gemm(g.MatMul(g.Mul(X, weight("scale", 4)), both), both, weight("bias", 4), { transB: 1 });
    const Z = g.MatMul(weight("left.weight", 4, 4), g.Gemm(Y, weight("off.weight", 4, 4), undefined, { alpha: 0 }));
    const stacked = g.MatMul(Z, weight("stack.weight", 2, 4, 4));
    expect(layersOf(g.build([stacked]))).toEqual({
      layers: [],
      skipped: [
        { module: "both", reason: "its weight has another use too" },
        { module: "off", reason: "its alpha is 0" },
        { module: "left", reason: "its weight is the left operand" },
        { module: "stack", reason: "its weight has 3 axes, not 2" },
      ],
    });
  });

  test("are numbered where names repeat or say nothing", () => {
    const g = graphBuilder({ prefix: "main/" });
    const weight = (name: string) => g.initializer(name, floats(new Float32Array(16), [4, 4]));
    const X = g.input("X", "float32", ["N", 4]);
    const Y = g.MatMul(g.MatMul(g.MatMul(X, weight("a")), weight("b")), weight("main.MatMul_3.weight"));
    expect(layersOf(g.build([g.MatMul(Y, weight("c"))])).layers.map(({ module }) => module)).toEqual([
      "main",
      "main_2",
      "main.MatMul_3",
      "main_3",
    ]);
  });
});

describe("choosing layers", () => {
  const all = layersOf(goldenGraph("mobilenet.onnx"));
  const chosen = (rank: number, targets?: readonly string[]) => chooseLayers(all, { rank, targets });

  test("takes all that the rank fits, and says which are too small", () => {
    const { layers, skipped } = chosen(9);
    expect(layers.map(({ module }) => module)).not.toContain("features.1.up.0");
    expect(skipped).toContainEqual({ module: "features.1.up.0", reason: "it has only rank 8" });
    expect(skipped.length).toBe(all.skipped.length + 2);
  });

  test("goes by whole names or their last parts", () => {
    const modules = (...targets: readonly string[]) => chosen(2, targets).layers.map(({ module }) => module);
    expect(modules("features.3.0")).toEqual(["features.3.0"]);
    expect(modules("up.0", "classifier.1")).toEqual(["features.1.up.0", "features.2.up.0", "classifier.1"]);
    expect(() => modules("p.0")).toThrow(expect.objectContaining({ code: "no-such-node" }));
  });

  test("refuses what no adapter fits", () => {
    expect(() => chosen(2, ["features.3.1.up"])).toThrow(
      expect.objectContaining({ code: "no-such-node", hint: expect.stringContaining('"features.2.up.0"') }),
    );
    expect(() => chosen(2, ["dw.0"])).toThrow('"features.1.dw.0" takes no adapter: it is a convolution in 32 groups.');
    expect(() => chosen(2, [])).toThrow(expect.objectContaining({ code: "no-adapter" }));
    expect(() => chosen(9, ["up.0"])).toThrow(
      'rank must be a whole number from 1 to 8 for "features.1.up.0" [32, 8], not 9.',
    );
    expect(() => chosen(33)).toThrow('rank must be a whole number from 1 to 12 for "features.');
    expect(() => chooseLayers({ layers: [], skipped: [] }, { rank: 1 })).toThrow("No layer takes a low-rank adapter.");
  });
});
