import { zipSync } from "fflate";
import { beforeEach, expect, test } from "vitest";
import { writeTinyModel } from "../../test/fixtures/tiny-model.ts";
import { memoryStore } from "../store/memory-store.ts";
import type { Store } from "../store/store.ts";
import { readModelFolder } from "./model-folder.ts";

let store: Store;
beforeEach(async () => {
  store = memoryStore();
  await writeTinyModel(store, "tiny");
});

async function zipped(below: string, more: Readonly<Record<string, Uint8Array>> = {}): Promise<void> {
  const names = (await store.list("tiny")).filter((name) => /\.(onnx|json)$/.test(name));
  const files = await Promise.all(
    names.map(async (name) => [`${below}${name}`, await store.read(`tiny/${name}`)] as const),
  );
  await store.write("tiny.zip", zipSync({ ...Object.fromEntries(files), ...more }));
}

test.each([
  ["at its top", "", {}],
  ["in its only folder", "my model/", {}],
  ["beside what macOS adds", "net/", { "__MACOSX/net/._model.onnx": new Uint8Array(4) }],
])("a zip is read as the folder that it holds, %s", async (_, below, more) => {
  await zipped(below, more);
  const [loaded, plain] = [await readModelFolder("tiny.zip", { store }), await readModelFolder("tiny", { store })];
  expect([loaded.path, loaded.file]).toEqual(["tiny.zip", "tiny.zip"]);
  expect([loaded.labels, loaded.preprocessing]).toEqual([plain.labels, plain.preprocessing]);
  expect(loaded.model.graph.nodes).toEqual(plain.model.graph.nodes);
});

test.each([
  ["no model", () => zipSync({ "notes.txt": new Uint8Array(4) }), "no-model"],
  ["no zip", () => new Uint8Array([1, 2, 3, 4]), "bad-keras"],
  ["a zip that is cut off", () => zipSync({ "model.onnx": new Uint8Array(4000) }).subarray(0, 60), "bad-keras"],
  ["a zip of a name that leads out of it", () => zipSync({ "../evil.json": new Uint8Array(4) }), "bad-keras"],
  ["a zip of an absolute name", () => zipSync({ "/etc/evil": new Uint8Array(4) }), "bad-keras"],
  ["a zip that unpacks to far more than it is", () => zipSync({ "model.onnx": new Uint8Array(2 ** 28) }), "bad-keras"],
])("%s is refused by its name", async (_, bytes, code) => {
  await store.write("x.zip", bytes());
  await expect(readModelFolder("x.zip", { store })).rejects.toMatchObject({
    code,
    message: expect.stringMatching(/^x\.zip: /),
  });
});
