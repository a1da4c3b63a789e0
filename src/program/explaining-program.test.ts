import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { goldenGraph, goldenTensors, goldenUrl } from "../../test/golden.ts";
import { directionalDerivative } from "../../test/reference/central-differences.ts";
import { evaluate } from "../../test/reference/evaluate.ts";
import { runInOnnxruntime } from "../../test/reference/onnxruntime.ts";
import { floats, numbersOf, type Tensor, zeros } from "../base/tensor.ts";
import type { Graph } from "../onnx/graph.ts";
import { findMap } from "../rewrite/find-map.ts";
import { fixInput } from "../rewrite/input.ts";
import { prune } from "../rewrite/prune.ts";
import { explainingProgram, explainingNames as names } from "./explaining-program.ts";

const heat = goldenTensors("explain/heat.safetensors");
const files = readdirSync(goldenUrl(".")).filter((name) => name.endsWith(".onnx"));
const read = (file: string): Graph => fixInput(goldenGraph(file), { height: 32, width: 32 });

/** A row for each of the classes, with a 1 at it. */
function oneHot(classes: readonly number[]): Tensor {
  const weights = zeros("float32", [classes.length, 5]);
  for (const [row, at] of classes.entries()) weights.data[row * 5 + at] = 1;
  return weights;
}

function named(tensors: Readonly<Record<string, Tensor>>, name: string): Tensor {
  const found = tensors[name];
  if (!found) throw new Error(`no "${name}"`);
  return found;
}

describe.each(files)("the explaining graph of %s", (file) => {
  const [network = ""] = file.split(".");
  const golden = goldenTensors(`${network}.safetensors`);
  const graph = read(file);
  const explaining = explainingProgram(graph, findMap(graph));

  it("has PyTorch's heat maps, of two classes for each picture, beside the logits", async () => {
    const classes = numbersOf(heat(`${network}.classes`));
    const wanted = heat(`${network}.heat`);
    const size = wanted.data.length / 2;
    for (const row of [0, 1]) {
      const input = { [graph.inputs[0]?.name ?? ""]: golden("input") };
      const asked = { [names.classWeights]: oneHot(classes.slice(row * 4, row * 4 + 4)) };
      const outputs = await runInOnnxruntime(explaining, { ...input, ...asked });
      expect(named(outputs, "logits")).toBeAllclose(golden("logits"), { rtol: 1e-4, atol: 1e-5 });
      const expected = numbersOf(wanted).slice(row * size, (row + 1) * size);
      expect(named(outputs, names.heat).shape).toEqual(wanted.shape.slice(1));
      expect(named(outputs, names.heat)).toBeAllclose(expected, { rtol: 0, atol: 2e-5 * Math.max(...expected) });
    }
  });
});

describe("explainingProgram", () => {
  it.each(["mobilenet.onnx", "vgg.onnx", "vit.folded.onnx"])("agrees for %s with central differences", (file) => {
    const graph = read(file);
    const map = findMap(graph);
    const [network = ""] = file.split(".");
    const picture = goldenTensors(`${network}.safetensors`)("input");
    const input = floats(numbersOf(picture).slice(0, 3 * 32 * 32), [1, 3, 32, 32]);
    const weights = [0, -0.5, 0, 2, 0];
    const feeds = { [graph.inputs[0]?.name ?? ""]: input, [names.classWeights]: floats(weights, [1, 5]) };
    const outputs = evaluate(explainingProgram(graph, map), feeds);
    const score = scoreBehind(graph, map.tensor, weights);
    const whole = named(
      evaluate({ ...graph, outputs: [{ name: map.tensor, dtype: "float32", shape: undefined }] }, feeds),
      map.tensor,
    );
    const places = map.places.height * map.places.width;
    const sum = new Float64Array(places);
    const maps = numbersOf(named(outputs, names.activations));
    for (let k = 0; k < map.channels; k++) {
      // A step of a whole channel at once has the sum of its gradients as its slope.
      const slope = directionalDerivative(
        { loss: score, feeds: { ...feeds, [map.tensor]: whole }, name: map.tensor },
        channel(k),
      );
      for (let at = 0; at < places; at++) sum[at] = (sum[at] ?? 0) + (slope / places) * (maps[k * places + at] ?? 0);
    }
    const expected = sum.map((value) => Math.max(0, value));
    const atol = 1e-6 * Math.max(...expected);
    expect(Math.max(...expected)).toBeGreaterThan(0);
    expect(named(outputs, names.heat)).toBeAllclose(expected, { rtol: 1e-5, atol });

    /** 1 at all places of channel k, 0 elsewhere, and on class tokens. */
    function channel(k: number): Float64Array {
      const { before } = map.places.kind === "row" ? map.places : { before: 0 };
      return Float64Array.from({ length: whole.data.length }, (_, at) => {
        if (map.places.kind === "grid") return Math.floor(at / places) === k ? 1 : 0;
        return at % map.channels === k && Math.floor(at / map.channels) >= before ? 1 : 0;
      });
    }
  });

  it("explains each row of a batch as if it were alone", async () => {
    const graph = read("efficientnet.onnx");
    const explaining = explainingProgram(graph, findMap(graph));
    const picture = goldenTensors("efficientnet.safetensors")("input");
    const input = graph.inputs[0]?.name ?? "";
    const both = await runInOnnxruntime(explaining, {
      [input]: floats(numbersOf(picture).slice(0, 2 * 3072), [2, 3, 32, 32]),
      [names.classWeights]: oneHot([4, 2]),
    });
    const second = await runInOnnxruntime(explaining, {
      [input]: floats(numbersOf(picture).slice(3072, 2 * 3072), [1, 3, 32, 32]),
      [names.classWeights]: oneHot([2]),
    });
    expect(numbersOf(named(both, names.heat)).slice(64)).toBeAllclose(named(second, names.heat), { atol: 1e-8 });
  });
});

/** The score that is explained, as a function of the feature map. */
function scoreBehind(graph: Graph, tensor: string, weights: readonly number[]) {
  const behind = prune({
    ...graph,
    inputs: [...graph.inputs, { name: tensor, dtype: "float32", shape: undefined }],
    nodes: graph.nodes.filter(({ outputs }) => !outputs.includes(tensor)),
  });
  return (feeds: Readonly<Record<string, Tensor>>): number =>
    numbersOf(named(evaluate(behind, feeds), "logits")).reduce((sum, z, at) => sum + z * (weights[at] ?? 0), 0);
}
