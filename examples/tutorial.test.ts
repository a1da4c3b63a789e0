import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { nodeStore } from "../src/store/node/node-store.ts";
import { writeTrainVal } from "../test/fixtures/pictures.ts";
import { writeTinyModel } from "../test/fixtures/tiny-model.ts";
import { main } from "./tutorial.ts";

const store = nodeStore();
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(`${tmpdir()}/regraft-tutorial-`);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("the tutorial trains, tunes, saves, and loads what it saved", async () => {
  const lines: string[] = [];
  const print = vi.spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
  const model = await writeTinyModel(store, `${folder}/tiny`);
  const data = await writeTrainVal(store, `${folder}/pictures`, { classes: 2, perClass: 8 });
  const told = await main({ model, data, out: `${folder}/model`, epochs: 3 });
  print.mockRestore();

  expect(told.history.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(told.history.map(({ learningRate }) => learningRate)).toEqual([1e-3, 1e-3, 1e-3, 1e-5, 1e-5, 1e-5]);
  expect(told.accuracy).toBe(told.history.at(-1)?.valMetrics?.accuracy);
  expect(told.after).toEqual(told.before);
  expect(lines[1]).toBe("Data: 16 pictures to learn from, 8 to judge by: crescent or flower");
  expect(lines.filter((line) => line.startsWith("Epoch ")).length).toBe(6);
  expect(lines).toContain(`Accuracy: ${(100 * (told.accuracy ?? 0)).toFixed(1)}%`);
  expect(await store.list(`${folder}/model`)).toEqual(["README.md", "config.json", "onnx", "preprocessor_config.json"]);
});
