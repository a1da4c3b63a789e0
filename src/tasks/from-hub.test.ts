import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { diskHost } from "../../test/fixtures/host.ts";
import { type HubServer, hubServer } from "../../test/fixtures/hub-server.ts";
import { writeTrainVal } from "../../test/fixtures/pictures.ts";
import { timmFiles } from "../../test/fixtures/timm-files.ts";
import { writeTinyModel } from "../../test/fixtures/tiny-model.ts";
import { HostError } from "../base/errors.ts";
import { sampleTasks } from "../data/sample/draw-sample.ts";
import { nodeHub } from "../hub/node/node-hub.ts";
import { memoryStore } from "../store/memory-store.ts";
import { loadBase } from "./base-model.ts";
import { findModel } from "./find-model.ts";
import type { Host } from "./host.ts";
import { inspectModel } from "./inspect.ts";
import { predictRun } from "./predict-run.ts";
import { trainRun } from "./train-run.ts";

const commit = "89abcdef0123456789abcdef0123456789abcdef";
const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const bytes = new Uint8Array(9);
const imagenet = Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [at, `thing ${at}`]));

let folder: string;
let server: HubServer;
let host: Host;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "regraft-from-hub-"));
  const store = memoryStore();
  await writeTinyModel(store, "/tiny");
  const names = ["model.onnx", "config.json", "preprocessor_config.json"];
  const files = await Promise.all(names.map(async (name) => [name, await store.read(`/tiny/${name}`)] as const));
  server = await hubServer({
    repos: {
      "bees/tiny": { commit, files: { ...Object.fromEntries(files), "README.md": new Uint8Array(9) } },
      "bees/deep": {
        commit,
        files: Object.fromEntries(
          files.map(([name, bytes]) => [name === "model.onnx" ? "onnx/net.onnx" : name, bytes]),
        ),
      },
      "timm/mobilenetv2_100.ra_in1k": { commit, files: timmFiles(1000) },
      "bees/timm": { commit, files: timmFiles(1000) },
      "microsoft/resnet-50": {
        commit,
        files: { "config.json": json({ id2label: imagenet }), "model.safetensors": bytes },
      },
    },
  });
  const env = { HF_ENDPOINT: server.endpoint, HF_HOME: join(folder, "hf"), XDG_CACHE_HOME: folder };
  host = { ...diskHost(), hub: nodeHub({ env }) };
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("a model on a hub", () => {
  test("is trained by its name, and the run says whose it was", async () => {
    await writeTrainVal(host.store, join(folder, "data"), { classes: 2, perClass: 6 });
    const result = await trainRun(
      {
        ...{ model: "hf:bees/tiny", data: join(folder, "data"), out: join(folder, "run") },
        ...{ headEpochs: 1, tuneEpochs: 1, batch: 8 },
      },
      host,
    );
    expect(result.run).toBe(join(folder, "run"));
    const card = await host.store.readText(join(folder, "run", "model", "README.md"));
    expect(card).toContain('base_model: "bees/tiny"');
    expect(await host.store.readText(join(folder, "run", "run.json"))).toContain('"hf:bees/tiny"');
    expect(server.seen.some(({ path }) => path.endsWith("README.md"))).toBe(false);
  });

  test("is read with what lies above its folder", async () => {
    const { preprocessingSource, loaded } = await loadBase("hf:bees/deep/onnx/net.onnx", {}, host);
    expect(preprocessingSource).toBe("preprocessor_config.json");
    expect(loaded.labels?.length).toBe(5);
  });

  test("may be called by its card's name; what lies here comes first", async () => {
    const asked: string[] = [];
    const hub: Host["hub"] = {
      ...host.hub,
      fetch: async ({ repo }) => {
        asked.push(repo);
        return { folder: "/cache/some", commit, files: ["config.json", "onnx/net.onnx"] };
      },
    };
    const store = memoryStore();
    expect(await findModel("vgg16", { store, hub })).toBe("/cache/some/onnx/net.onnx");
    await store.makeFolder("vgg16");
    expect(await findModel("vgg16", { store, hub })).toBe("vgg16");
    expect(asked).toEqual(["timm/vgg16.tv_in1k"]);
    await expect(findModel("vgg61", { store, hub })).rejects.toMatchObject({
      code: "no-model",
      message: '"vgg61" is neither a model that Regraft knows, nor a folder or file.',
      hint: expect.stringContaining('"vgg16"'),
    });
    expect(await findModel("./vgg61", { store, hub })).toBe("./vgg61");
  });

  test("of a card is called by ImageNet's names", async () => {
    const pictures = await writeTrainVal(host.store, join(folder, "labelled"), { perClass: 1 });
    const picture = join(pictures, "train", sampleTasks.shapes[0] ?? "", "0.png");
    const labelOf = async (run: string, by: Host = host) => {
      for await (const found of predictRun({ run, images: [picture], top: 1 }, by)) {
        if ("label" in found) return found.label;
      }
      return "none";
    };
    expect(await labelOf("mobilenet_v2")).toMatch(/^thing \d+$/);
    expect(await labelOf("hf:timm/mobilenetv2_100.ra_in1k")).toMatch(/^thing \d+$/);
    // What others trained may have a thousand classes of its own.
    expect(await labelOf("hf:bees/timm")).toMatch(/^class \d+$/);
    const asked = server.seen.map(({ path }) => path);
    expect(asked.filter((path) => path.startsWith("/microsoft/") && path.includes("safetensors"))).toEqual([]);
    const { fetch } = host.hub;
    const nothing: Host["hub"]["find"] = async () => undefined;
    const noNames: Host["hub"]["fetch"] = (reference, options) =>
      reference.repo === "timm/mobilenetv2_100.ra_in1k"
        ? fetch(reference, options)
        : Promise.reject(new HostError("unreachable", "no"));
    expect(await labelOf("mobilenet_v2", { ...host, hub: { ...host.hub, fetch: noNames, find: nothing } })).toMatch(
      /^class \d+$/,
    );
  });

  test("of TensorFlow Hub is the nearest card, which is said", async () => {
    const said: string[] = [];
    const heard = { ...host, notice: (sentence: string) => void said.push(sentence) };
    const handle = "https://tfhub.dev/google/tf2-preview/mobilenet_v2/feature_vector/4";
    expect(await findModel(handle, heard)).toBe(await findModel("mobilenet_v2", host));
    expect(said).toEqual([
      `${handle} is of TensorFlow Hub; the nearest model here is taken: mobilenet_v2 (hf:timm/mobilenetv2_100.ra_in1k).`,
    ]);
    await expect(findModel("tfhub.dev/google/efficientnet/b0/feature-vector/1", heard)).rejects.toMatchObject({
      code: "no-model",
      message: expect.stringContaining("no model that Regraft knows is near it"),
    });
  });

  test("that is not there is told as every command does", async () => {
    await expect(inspectModel({ model: "hf:bees/none" }, host)).rejects.toMatchObject({ code: "no-such-repo" });
    await expect(inspectModel({ model: "hf:bees" }, host)).rejects.toMatchObject({ code: "bad-option" });
    await expect(inspectModel({ model: "hf:bees/tiny/net.onnx" }, host)).rejects.toMatchObject({
      code: "no-model",
      message: 'bees/tiny has no file "net.onnx".',
    });
  });
});
