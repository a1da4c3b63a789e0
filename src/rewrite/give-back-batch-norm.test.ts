import { readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import { goldenUrl } from "../../test/golden.ts";
import { decodeModel } from "../onnx/decode.ts";
import type { Graph } from "../onnx/graph.ts";
import { validateGraph } from "../onnx/validate.ts";
import { giveBackBatchNorms } from "./give-back-batch-norm.ts";
import { batchNormsOf } from "./merged-batch-norm.ts";

const read = (file: string): Graph => decodeModel(new Uint8Array(readFileSync(goldenUrl(file)))).graph;

describe.each(["resnet", "mobilenet", "efficientnet"])("%s, whose BatchNormalization was merged", (name) => {
  const kept = read(`${name}.onnx`);

  it.each(["folded", "dynamo"])("has as many of them as the network itself (%s)", (exporter) => {
    const { graph, count } = giveBackBatchNorms(read(`${name}.${exporter}.onnx`));
    expect([count, batchNormsOf(graph).nodes]).toEqual([batchNormsOf(kept).nodes, batchNormsOf(kept).nodes]);
    validateGraph(graph);
  });

  it("has as many where no name tells", () => {
    const { graph, count } = giveBackBatchNorms(renamed(read(`${name}.folded.onnx`)));
    // resnet and efficientnet have sums of branches, mobilenet depthwise convolutions
    expect(count).toBe(batchNormsOf(kept).nodes);
    validateGraph(graph);
  });
});

test.each(["resnet", "vgg", "densenet", "convnext", "vit"])("%s as it was written keeps its form", (name) => {
  const graph = read(`${name}.onnx`);
  expect(giveBackBatchNorms(graph)).toEqual({ graph, count: 0 });
});

test("the bias that the layer's own replaces is gone, and each layer has channels of its own", () => {
  const { graph } = giveBackBatchNorms(read("resnet.folded.onnx"));
  const convs = graph.nodes.filter(({ op }) => op === "Conv");
  const norms = graph.nodes.filter(({ op }) => op === "BatchNormalization");
  expect(convs.map(({ inputs }) => inputs.length)).toEqual(convs.map(() => 2));
  expect(norms.map(({ inputs: [X] }) => X)).toEqual(convs.map(({ outputs: [Y] }) => Y));
  const parts = norms.flatMap(({ inputs: [, ...rest] }) => rest);
  expect(new Set(parts).size).toBe(4 * norms.length);
});

/** The same graph, its initializers named after nothing. */
function renamed(graph: Graph): Graph {
  const names = new Map([...graph.initializers.keys()].map((name, at) => [name, `p${at}`]));
  const to = (name: string) => names.get(name) ?? name;
  return {
    ...graph,
    initializers: new Map([...graph.initializers].map(([name, value]) => [to(name), value])),
    nodes: graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map(to) })),
  };
}
