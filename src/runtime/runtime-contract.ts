import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { floats, tensor } from "../base/tensor.ts";
import { graphBuilder } from "../onnx/builder.ts";
import { encodeModel } from "../onnx/encode.ts";
import { encodeForEngine } from "../onnx/encode-external.ts";
import type { Graph } from "../onnx/graph.ts";
import { modelOf } from "../onnx/model.ts";
import type { Runtime, Workspace } from "./runtime.ts";
import { adding, updateContract } from "./update-contract.ts";

/** What every Runtime must do. An adapter's test calls this once. */
export function runtimeContract(runtime: Runtime): void {
  let workspace: Workspace;
  beforeEach(async () => {
    workspace = await runtime.open({ threads: 1 });
  });
  afterEach(() => workspace.close());
  describe("updates", () => updateContract(runtime));

  test("runs a model on what it is fed", async () => {
    const session = await workspace.load(doubling());
    expect(await session.run({ x: floats([1, 2, 3]) })).toEqual({ y: floats([2, 4, 6]) });
  });

  test("runs a model whose weights stand beside it, in shared memory and in part of a buffer, and changes later", async () => {
    const { bytes, external } = encodeForEngine(modelOf(weighing()), { mostBytes: 0 });
    const room = new Uint8Array(2 * weightBytes + 4);
    const places = [new Uint8Array(new SharedArrayBuffer(weightBytes)), room.subarray(4, 4 + weightBytes)];
    const moved = external.map(({ location, bytes: weight }, at) => {
      const place = places[at] ?? new Uint8Array();
      place.set(weight);
      return { location, bytes: place };
    });
    const session = await workspace.load({ bytes, external: moved });
    for (const place of places) place.fill(0);
    expect(await session.run({ x: floats(new Float32Array(512).fill(1)) })).toEqual({
      y: floats(new Float32Array(512).fill(2 * 1 + 3)),
    });
    await expect(workspace.load({ bytes, external: [] })).rejects.toMatchObject({ code: "engine-failed" });
  });

  test("leaves tensors that were set as state as they were, in shared memory too", async () => {
    const given = tensor("float32", [2], new Float32Array(new SharedArrayBuffer(8)));
    await workspace.setState({ total: given });
    const session = await workspace.load(adding(), { state: ["total"], updates: { "next:total": "total" } });
    for (let run = 0; run < 3; run++) await session.run({ x: floats([1, 2]) });
    expect(await workspace.getState()).toEqual({ total: floats([3, 6]) });
    expect([...given.data]).toEqual([0, 0]);
  });

  test("keeps state between runs: each run reads what the last one wrote", async () => {
    await workspace.setState({ total: floats([10, 20]) });
    const session = await workspace.load(adding(), { state: ["total"], updates: { "next:total": "total" } });
    const seen = [];
    for (let run = 0; run < 3; run++) seen.push(await session.run({ x: floats([1, 2]) }));
    expect(seen).toEqual([{ sum: floats([33], []) }, { sum: floats([36], []) }, { sum: floats([39], []) }]);
    expect(await workspace.getState()).toEqual({ total: floats([13, 26]) });
  });

  test("shares state between sessions, and takes new state from outside", async () => {
    await workspace.setState({ total: floats([0, 0]) });
    const options = { state: ["total"], updates: { "next:total": "total" } };
    const [a, b] = [await workspace.load(adding(), options), await workspace.load(adding(), options)];
    await a.run({ x: floats([1, 1]) });
    await b.run({ x: floats([2, 2]) });
    expect(await workspace.getState(["total"])).toEqual({ total: floats([3, 3]) });
    await workspace.setState({ total: floats([100, 0]) });
    expect(await a.run({ x: floats([1, 1]) })).toEqual({ sum: floats([102], []) });
  });

  test("gives copies of the state: later runs do not change them", async () => {
    await workspace.setState({ total: floats([0, 0]) });
    const session = await workspace.load(adding(), { state: ["total"], updates: { "next:total": "total" } });
    const before = await workspace.getState();
    for (let run = 0; run < 2; run++) await session.run({ x: floats([1, 1]) });
    expect(before).toEqual({ total: floats([0, 0]) });
  });

  test("a run that fails leaves the state as it was, and the workspace alive", async () => {
    await workspace.setState({ total: floats([1, 2]) });
    const session = await workspace.load(adding(), { state: ["total"], updates: { "next:total": "total" } });
    await expect(session.run({ x: floats([1, 2, 3]) })).rejects.toMatchObject({ code: "engine-failed" });
    expect(await workspace.getState()).toEqual({ total: floats([1, 2]) });
    expect(await session.run({ x: floats([1, 1]) })).toEqual({ sum: floats([5], []) });
  });

  test("refuses what is not a model, unknown state and a released session", async () => {
    await expect(workspace.load(new Uint8Array([1, 2, 3]))).rejects.toMatchObject({ code: "engine-failed" });
    await expect(workspace.getState(["nothing"])).rejects.toThrowError(/"nothing"/);
    const session = await workspace.load(doubling());
    await session.release();
    await expect(session.run({ x: floats([1]) })).rejects.toMatchObject({ code: "engine-failed" });
  });

  test("leaves the caller's thread free while a model runs", async () => {
    const session = await workspace.load(heavy());
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await session.run({ x: floats(new Float32Array(400 * 400).fill(0.01), [400, 400]) });
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(1);
  });

  test("tells what each node of each run took, where it was asked to and can", async () => {
    expect((await workspace.load(doubling())).profile).toBeUndefined();
    const session = await workspace.load(doubling(), { profile: true });
    if (!session.profile) return;
    for (let run = 0; run < 2; run++) await session.run({ x: floats([1, 2]) });
    const runs = await session.profile();
    expect(runs.length).toBe(2);
    for (const { ms, nodes } of runs) {
      expect(nodes.map(({ name, op }) => [name, op])).toEqual(expect.arrayContaining([["times two", "Mul"]]));
      expect(Math.min(...nodes.map((node) => node.ms))).toBeGreaterThanOrEqual(0);
      expect(ms).toBeGreaterThan(0);
    }
    expect(await session.run({ x: floats([3]) })).toEqual({ y: floats([6]) });
    await expect(session.profile()).rejects.toMatchObject({ code: "engine-failed" });
  });

  test("answers with an error after it was closed", async () => {
    const session = await workspace.load(doubling());
    await workspace.close();
    await expect(session.run({ x: floats([1]) })).rejects.toMatchObject({ code: "engine-failed" });
  });
}

/** y = 2x */
function doubling(): Uint8Array {
  const g = graphBuilder();
  const x = g.input("x", "float32", ["N"]);
  const node = { name: "times two", op: "Mul", domain: "", inputs: [x.name, g.float(2).name], attributes: {} };
  g.copy({ ...node, outputs: ["y"] });
  return encodeModel(modelOf(g.build([g.value("y")])));
}

const weightBytes = 4 * 512;

/** y = 2x + 3, its numbers as weights [512] */
function weighing(): Graph {
  const g = graphBuilder();
  const weight = (name: string, value: number) => g.initializer(name, floats(new Float32Array(512).fill(value)));
  return g.build([g.named("y", g.Add(g.Mul(g.input("x", "float32", [512]), weight("two", 2)), weight("three", 3)))]);
}

/** Enough matrix products to last some milliseconds. */
function heavy(): Uint8Array {
  const g = graphBuilder();
  const x = g.input("x", "float32", [400, 400]);
  let y = x;
  for (let product = 0; product < 60; product++) y = g.MatMul(y, x);
  return encodeModel(modelOf(g.build([g.named("y", y)])));
}
