import { expect, test } from "vitest";
import { testHost } from "../../test/fixtures/host.ts";
import { writeTinyModel } from "../../test/fixtures/tiny-model.ts";
import { loadBase } from "./base-model.ts";
import { checkModelGradients, spread } from "./check-model-gradients.ts";

const host = testHost();

test("spread takes both ends and what lies between, in an order of which every part is spread", () => {
  const items = Array.from({ length: 17 }, (_, at) => at);
  expect(spread(items, 5)).toEqual([0, 16, 8, 4, 12]);
  expect(spread(items, 1)).toEqual([0]);
  expect([...spread([7, 8, 9], 5)].sort()).toEqual([7, 8, 9]);
});

test("a check of some layers says of how many, in their order", async () => {
  const base = await loadBase(await writeTinyModel(host.store, "/tiny"), {}, host);
  const report = await checkModelGradients(base, { mostLayers: 3, pictures: 2 }, host);
  expect(report).toMatchObject({ of: 17, pictures: 2, tolerance: 0.02 });
  const nodes = report.layers.map(({ node }) => node);
  expect(nodes).toEqual([
    "/features/features.0/features.0.0/Conv",
    expect.stringContaining("features.2"),
    "head.Gemm_1",
  ]);
  expect(report.layers.filter(({ verdict }) => verdict === "fail")).toEqual([]);
});

test("a check that is out of time has looked at what it could", async () => {
  const base = await loadBase(await writeTinyModel(host.store, "/tiny"), {}, host);
  let time = 0;
  const now = () => time++;
  const { layers, of } = await checkModelGradients(base, { limitMs: 2 }, { ...host, now });
  expect([layers.length, of]).toEqual([1, 17]);
});
