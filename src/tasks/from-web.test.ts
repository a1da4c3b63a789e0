import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LayersModel, layers, sequential } from "@tensorflow/tfjs-layers";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { externalModel, externalTensor } from "../../test/fixtures/external-model.ts";
import { diskHost } from "../../test/fixtures/host.ts";
import { type HubServer, hubServer } from "../../test/fixtures/hub-server.ts";
import { answers, drawn, largestDifference } from "../../test/fixtures/keras.ts";
import { writeTrainVal } from "../../test/fixtures/pictures.ts";
import { fill, predicted, saveLayersModel } from "../../test/fixtures/tensorflow-js.ts";
import { writeTinyModel } from "../../test/fixtures/tiny-model.ts";
import { type WebServer, webServer } from "../../test/fixtures/web-server.ts";
import { nodeHub } from "../hub/node/node-hub.ts";
import { webAddress } from "../hub/web-address.ts";
import { readModelFolder } from "../models/model-folder.ts";
import { memoryStore } from "../store/memory-store.ts";
import type { Store } from "../store/store.ts";
import { loadBase } from "./base-model.ts";
import { fetchAddress } from "./fetch-model.ts";
import { findModel } from "./find-model.ts";
import type { Host } from "./host.ts";
import { inspectModel } from "./inspect.ts";
import { trainRun } from "./train-run.ts";

const commit = "89abcdef0123456789abcdef0123456789abcdef";
const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const labels = ["cat", "dog"];
const about = json({ packageName: "@teachablemachine/image", labels });

/** What a store has in a folder, by path from there. */
async function filesIn(store: Store, folder: string): Promise<Readonly<Record<string, Uint8Array>>> {
  const names = await store.list(folder);
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await store.read(store.join(folder, name))] as const)),
  );
}

const below = (path: string, files: Readonly<Record<string, Uint8Array>>) =>
  Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`${path}${name}`, bytes]));

function smallNet(): LayersModel {
  const net = sequential({
    layers: [
      layers.conv2d({
        filters: 4,
        kernelSize: 3,
        strides: 2,
        padding: "same",
        activation: "relu",
        inputShape: [16, 16, 3],
      }),
      layers.globalAveragePooling2d({}),
      layers.dense({ units: 2, activation: "softmax" }),
    ],
  });
  fill(net);
  return net;
}

let folder: string;
let web: WebServer;
let hub: HubServer;
let host: Host;
let net: LayersModel;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "regraft-from-web-"));
  const store = memoryStore();
  await writeTinyModel(store, "/tiny");
  net = smallNet();
  await saveLayersModel(net, "/tm", store, { shardBytes: 100 });
  const tm = await filesIn(store, "/tm");
  web = await webServer({
    ...below("/tiny/", await filesIn(store, "/tiny")),
    ...below("/tm/", { ...tm, "metadata.json": about }),
    ...below("/plain/", tm),
    "/graph/model.json": json({ format: "graph-model", modelTopology: { node: [] }, weightsManifest: [] }),
    "/evil/model.json": json({
      modelTopology: { class_name: "Sequential", config: { name: "net", layers: [] } },
      weightsManifest: [{ paths: ["../tiny/model.onnx"], weights: [] }],
    }),
    "/bad/model.onnx": new TextEncoder().encode("not a model"),
  });
  hub = await hubServer({
    repos: {
      "bees/tm": { commit, files: { ...tm, "metadata.json": about, "README.md": new Uint8Array(9) } },
      "bees/deep": { commit, files: below("web/", tm) },
      "bees/cut": { commit, files: { "model.json": tm["model.json"] ?? new Uint8Array(0) } },
    },
  });
  const env = { HF_ENDPOINT: hub.endpoint, HF_HOME: join(folder, "hf"), XDG_CACHE_HOME: join(folder, "caches") };
  host = { ...diskHost(), hub: nodeHub({ env, patience: { attempts: 2, firstWaitMs: 1, mostWaitMs: 10 } }) };
});
afterAll(async () => {
  await web.close();
  await hub.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  web.oddity = () => undefined;
  web.seen.length = 0;
});

const pictures = drawn([2, 16, 16, 3], 0.5);

async function differenceFrom(path: string): Promise<number> {
  const { model } = await readModelFolder(path, { store: host.store });
  return largestDifference(await answers(model.graph, pictures), predicted(net, pictures));
}

describe("an address of the web", () => {
  test("is trained on; what may be a secret in it is written nowhere", async () => {
    const data = await writeTrainVal(host.store, join(folder, "data"), { classes: 2, perClass: 6 });
    const model = `${web.origin.replace("//", "//bee:planted@")}/tiny/model.onnx?sig=planted#planted`;
    const events: unknown[] = [];
    const out = join(folder, "run");
    await trainRun(
      {
        ...{ model, data, out, headEpochs: 1, tuneEpochs: 1, batch: 8, lora: 2, given: ["model"] },
        onEvent: (event) => events.push(event),
      },
      host,
    );
    const shown = `${web.origin}/tiny/model.onnx`;
    const card = await host.store.readText(join(out, "model", "README.md"));
    expect(card).toContain(`Trained with Regraft from ${shown}.`);
    const run = JSON.parse(await host.store.readText(join(out, "run.json")));
    expect(run).toMatchObject({ base: { path: shown }, options: { model: { value: shown, from: "given" } } });
    const written = readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => {
      const path = join(entry.parentPath, entry.name);
      return entry.isFile() ? [path, readFileSync(path, "latin1")] : [path];
    });
    expect(written.length).toBeGreaterThan(20);
    expect(written.filter((text) => text.includes("planted"))).toEqual([]);
    expect(JSON.stringify(events)).not.toContain("planted");
    expect(JSON.stringify(await inspectModel({ model }, host))).not.toContain("planted");
  });

  test("comes with what tells of preprocessing and labels", async () => {
    const { preprocessingSource, loaded } = await loadBase(`${web.origin}/tiny/model.onnx`, {}, host);
    expect(preprocessingSource).toBe("preprocessor_config.json");
    expect(loaded.labels?.length).toBe(5);
  });

  test("of an ONNX model brings the weights that it keeps beside it", async () => {
    const entries = { location: "parts/w.bin", offset: "0", length: "8" };
    web.files.set("/outer/model.onnx", externalModel([externalTensor({ name: "w", entries })]));
    web.files.set("/outer/parts/w.bin", new Uint8Array(8));
    const { files } = await fetchAddress(webAddress(`${web.origin}/outer/model.onnx`), host);
    expect(files).toEqual(["parts/w.bin", "model.onnx"]);
  });

  test("of TensorFlow.js answers as TensorFlow.js does, with Teachable Machine's labels", async () => {
    const path = await findModel(`${web.origin}/tm/`, host);
    expect(await differenceFrom(path)).toBeLessThan(1e-5);
    expect((await readModelFolder(path, { store: host.store })).labels).toEqual(labels);
    web.seen.length = 0;
    expect(await findModel(`${web.origin}/tm/model.json`, host)).toBe(path);
    expect(web.seen).toEqual([]);
  });

  test("of TensorFlow.js needs no metadata.json, and is no model without one of its weights", async () => {
    expect(await differenceFrom(await findModel(`${web.origin}/plain/model.json`, host))).toBeLessThan(1e-5);
    const [shard = ""] = [...web.files.keys()].filter((path) => path.startsWith("/plain/group1-shard2of"));
    const bytes = web.files.get(shard) ?? new Uint8Array(0);
    web.files.delete(shard);
    const address = webAddress(`${web.origin}/plain/model.json?v=2`);
    await expect(fetchAddress(address, host)).rejects.toMatchObject({
      code: "no-such-address",
      message: expect.stringContaining(shard),
    });
    web.files.set(shard, bytes);
    const { folder: place } = await fetchAddress(address, host);
    expect(await differenceFrom(join(place, "model.json"))).toBeLessThan(1e-5);
  });

  test.each([
    ["/graph/model.json", "unsupported-model", /graph model of TensorFlow\.js/],
    ["/evil/model.json", "bad-external-data", /would lie outside of its folder/],
    ["/bad/model.onnx", "not-onnx", /bad\/model\.onnx: /],
    ["/none/model.onnx", "no-such-address", /There is nothing at/],
  ])("%s is refused, and nothing of it is kept", async (path, code, message) => {
    const error: unknown = await findModel(`${web.origin}${path}?sig=planted`, host).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(String(error)).not.toContain("planted");
    const { files } = (await host.hub.kept()).web;
    expect(files.filter(({ address }) => address.endsWith(path))).toEqual([]);
  });
});

describe("a model of TensorFlow.js on a hub", () => {
  test.each(["hf:bees/tm", "hf:bees/tm/model.json", "hf:bees/deep", "hf:bees/deep/web/model.json"])(
    "%s answers as TensorFlow.js does",
    async (name) => {
      const path = await findModel(name, host);
      expect(await differenceFrom(path)).toBeLessThan(1e-5);
      const isTeachable = name.startsWith("hf:bees/tm");
      expect((await readModelFolder(path, { store: host.store })).labels).toEqual(isTeachable ? labels : undefined);
      expect(hub.seen.some(({ path: asked }) => asked.endsWith("README.md"))).toBe(false);
    },
  );

  test("without the files of its weights is told by their name", async () => {
    await expect(findModel("hf:bees/cut", host)).rejects.toMatchObject({
      code: "no-model",
      message: expect.stringMatching(/^model\.json keeps weights in group1-shard1of\d+\.bin, which/),
    });
  });
});
