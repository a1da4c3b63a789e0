import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engineBlock, whyNotRun } from "../../test/fixtures/blocked.ts";
import { fakeEngine } from "../../test/fixtures/fake-engine.ts";
import { floats, numbersOf } from "../base/tensor.ts";
import { decodeModel } from "../onnx/decode.ts";
import { encodeForEngine } from "../onnx/encode-external.ts";
import type { Node } from "../onnx/graph.ts";
import { NCHWC } from "../rewrite/blocked/layout.ts";
import { nodeRuntime } from "../runtime/node/node-runtime.ts";
import type { Tensors, Workspace } from "../runtime/runtime.ts";
import { channelBlock } from "./blocked-engine.ts";

const own = await engineBlock();

test.each([4, 8, 16])(
  "an engine with blocks of %d that computes on them what it should is found out",
  async (block) => {
    expect(await channelBlock(fakeEngine({ block }))).toBe(block);
  },
);

test("an engine that refuses nodes on blocks has none", async () => {
  expect(await channelBlock(fakeEngine())).toBeUndefined();
});

test("an engine that leaves tensors as they are has none", async () => {
  expect(await channelBlock(fakeEngine({ block: 1 }))).toBeUndefined();
});

const changed = (change: (value: number) => number) => (right: Tensors) =>
  Object.fromEntries(Object.entries(right).map(([name, value]) => [name, floats(numbersOf(value).map(change))]));

test.each<[string, (right: Tensors) => Tensors]>([
  ["is off by a thousandth", changed((value) => value + 1e-3)],
  ["is no number", changed(() => Number.NaN)],
  ["is too little", changed(() => 0)],
  ["lacks elements", (right) => Object.fromEntries(Object.keys(right).map((name) => [name, floats([])]))],
  ["lacks an output", () => ({})],
])("an engine whose result on blocks %s is not trusted with them", async (_, onBlocks) => {
  expect(await channelBlock(fakeEngine({ block: 8, onBlocks }))).toBeUndefined();
});

test("an engine that takes the first graph on blocks and not the second is not trusted with them", async () => {
  expect(await channelBlock(fakeEngine({ block: 8, refuses: ({ nodes }) => nodes.length > 5 }))).toBeUndefined();
});

describe("onnxruntime", () => {
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = await nodeRuntime.open({ threads: 1 });
  });
  afterAll(() => workspace.close());

  /** onnxruntime with another node in the place of each that works on blocks. */
  const forging = (forge: (node: Node) => Node): Workspace => ({
    ...workspace,
    load: (model, options) => {
      const { graph, ...rest } = decodeModel(model instanceof Uint8Array ? model : model.bytes);
      const nodes = graph.nodes.map((node) => (node.domain === NCHWC ? forge(node) : node));
      return workspace.load(encodeForEngine({ ...rest, graph: { ...graph, nodes } }), options);
    },
  });

  test("has the blocks that it has", async () => {
    expect(await channelBlock(workspace)).toBe(own);
  });

  test("is trusted as long as nothing is forged", async () => {
    expect(await channelBlock(forging((node) => node))).toBe(own);
  });

  const isSum = ({ inputs }: Node) => inputs.length === 4;
  const without = (node: Node, ...names: readonly string[]): Node => ({
    ...node,
    attributes: Object.fromEntries(Object.entries(node.attributes).filter(([name]) => !names.includes(name))),
  });
  const activates = ({ attributes: { activation } }: Node, wanted: string) =>
    activation?.kind === "string" && activation.value === wanted;

  const clippedTo =
    (...value: readonly number[]) =>
    (node: Node): Node =>
      activates(node, "Clip")
        ? { ...node, attributes: { ...node.attributes, activation_params: { kind: "floats", value } } }
        : node;

  test.skipIf(own === undefined).each<[string, (node: Node) => Node]>([
    ["a bias", (node) => ({ ...node, inputs: node.inputs.map((name, at) => (at === 2 ? "" : name)) })],
    ["a sum", (node) => (isSum(node) ? { ...node, inputs: node.inputs.slice(0, 3) } : node)],
    ["a ReLU", (node) => (activates(node, "Relu") ? without(node, "activation") : node)],
    ["a Clip", (node) => (activates(node, "Clip") ? without(node, "activation", "activation_params") : node)],
    ["strides and the padding that goes with them", (node) => (node.op === "Conv" ? without(node, "strides") : node)],
    ["where a Clip ends", clippedTo(0, 1e9)],
    ["where a Clip begins", clippedTo(-1e9, 0.5)],
    ["means", (node) => (node.op === "GlobalAveragePool" ? { ...node, op: "GlobalMaxPool" } : node)],
  ])(`is not trusted where it forgets %s (skipped where ${whyNotRun})`, async (_, forge) => {
    expect(await channelBlock(forging(forge))).toBeUndefined();
  });
});
