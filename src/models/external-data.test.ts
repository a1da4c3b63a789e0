import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type ExternalEntries,
  externalAttributeModel,
  externalModel,
  externalTensor,
} from "../../test/fixtures/external-model.ts";
import { goldenUrl } from "../../test/golden.ts";
import type { Tensor } from "../base/tensor.ts";
import { openModelFile } from "../onnx/decode.ts";
import { memoryStore } from "../store/memory-store.ts";
import { nodeStore } from "../store/node/node-store.ts";
import type { Store } from "../store/store.ts";
import { readExternalData } from "./external-data.ts";
import { readModelFolder } from "./model-folder.ts";

const numbers = new Uint8Array(Float32Array.of(1.5, -2, 3, 4).buffer);
const one = (entries: ExternalEntries) => externalModel([externalTensor({ name: "w", entries })]);
const weightOf = async (path: string, store: Store, name = "w"): Promise<readonly (number | bigint)[]> => [
  ...((await readModelFolder(path, { store })).model.graph.initializers.get(name) as Tensor<"float32">).data,
];

describe("weights in files beside the model are read", () => {
  let store: Store;
  beforeEach(async () => {
    store = memoryStore();
    await store.write("m/model.onnx_data", numbers);
  });

  test.each<readonly [string, ExternalEntries, readonly number[]]>([
    ["from the start of the file", { location: "model.onnx_data" }, [1.5, -2]],
    ["from an offset, with a length", { location: "model.onnx_data", offset: "8", length: "8" }, [3, 4]],
    ["from an offset that is not aligned to anything else", { location: "./model.onnx_data", offset: "4" }, [-2, 3]],
    ["whatever check sum they have", { location: "model.onnx_data", checksum: "0" }, [1.5, -2]],
  ])("%s", async (_, entries, expected) => {
    await store.write("m/model.onnx", one(entries));
    expect(await weightOf("m", store)).toEqual(expected);
  });

  test("as the Hub lays them out, in folders below, and from several files", async () => {
    await store.write("hub/onnx/weights/a", numbers.slice(0, 8));
    await store.write("hub/onnx/model.onnx_data", numbers.slice(8));
    const tensors = [
      externalTensor({ name: "a", entries: { location: "weights/a" } }),
      externalTensor({ name: "b", entries: { location: "model.onnx_data" } }),
    ];
    await store.write("hub/onnx/model.onnx", externalModel(tensors));
    expect([await weightOf("hub", store, "a"), await weightOf("hub", store, "b")]).toEqual([
      [1.5, -2],
      [3, 4],
    ]);
  });

  test("of float16, and of no element at all", async () => {
    const tensors = [
      externalTensor({ name: "half", dataType: 10, dims: [4], entries: { location: "model.onnx_data" } }),
      externalTensor({ name: "none", dims: [0, 2], entries: { location: "model.onnx_data", offset: "16" } }),
    ];
    await store.write("m/model.onnx", externalModel(tensors));
    const { external, decode } = openModelFile(await store.read("m/model.onnx"));
    const { graph } = decode(await readExternalData(external, { model: "m/model.onnx", store }));
    expect(graph.initializers.get("half")).toMatchObject({
      dtype: "float16",
      data: new Uint16Array(numbers.buffer, 0, 4),
    });
    expect(graph.initializers.get("none")).toMatchObject({ shape: [0, 2], data: new Float32Array() });
  });

  test("in attributes", async () => {
    await store.write("m/model.onnx", externalAttributeModel({ location: "model.onnx_data", offset: "8" }));
    const { graph } = (await readModelFolder("m", { store })).model;
    expect([...graph.initializers.values()].map(({ data }) => [...data])).toEqual([[3, 4]]);
  });

  test("once where several tensors name the same bytes", async () => {
    const names = Array.from({ length: 50 }, (_, at) => `w${at}`);
    const tensors = names.map((name) => externalTensor({ name, entries: { location: "model.onnx_data" } }));
    await store.write("m/model.onnx", externalModel(tensors));
    const { graph } = (await readModelFolder("m", { store })).model;
    expect(graph.initializers.size).toBe(50);
    expect(new Set([...graph.initializers.values()].map(({ data }) => data.buffer)).size).toBe(1);
  });
});

describe("a model cannot make us read what is not its own", () => {
  const bad = { code: "bad-external-data", hint: expect.stringMatching(/\w/) };

  test.each([
    "",
    "/etc/passwd",
    "..",
    "../secret",
    "weights/../../secret",
    "weights/..",
    "C:\\secret",
    "c:secret",
    "..\\secret",
    "weights\\a",
    "\\\\server\\share",
    "model.onnx_data\0.png",
  ])("by the location %j", async (location) => {
    const store = memoryStore();
    await store.write("/secret", numbers);
    await store.write("/etc/passwd", numbers);
    await store.write("/m/model.onnx", one({ location }));
    await store.write("/m/model.onnx_data", numbers);
    await expect(readModelFolder("/m", { store })).rejects.toMatchObject(bad);
  });

  test.each<readonly [string, ExternalEntries]>([
    ["starts behind the file's end", { offset: "17" }],
    ["ends behind it", { offset: "12" }],
    ["is shorter than its shape", { length: "4" }],
    ["is longer than its shape", { length: "16" }],
    ["has a negative offset", { offset: "-8" }],
    ["has an offset in hex", { offset: "0x8" }],
    ["has an offset with a fraction", { offset: "1e1" }],
    ["has an offset beyond all numbers", { offset: "99999999999999999999" }],
    ["has a length beyond all numbers", { length: "18446744073709551624" }],
  ])("by a range that %s", async (_, entries) => {
    const store = memoryStore();
    await store.write("m/model.onnx", one({ location: "d", ...entries }));
    await store.write("m/d", numbers);
    await expect(readModelFolder("m", { store })).rejects.toMatchObject(bad);
  });

  test("by absurd shapes: nothing is allocated before the file is known to hold it", async () => {
    const store = memoryStore();
    await store.write("m/d", numbers);
    const shaped = (...dims: readonly number[]) =>
      externalModel([externalTensor({ name: "w", dims, entries: { location: "d" } })]);
    await store.write("m/model.onnx", shaped(2 ** 20, 2 ** 20));
    await expect(readModelFolder("m", { store })).rejects.toMatchObject(bad);
    await store.write("m/model.onnx", shaped(2 ** 40, 2 ** 40));
    await expect(readModelFolder("m", { store })).rejects.toMatchObject({ code: "not-onnx" });
    await store.write("m/model.onnx", shaped(-1));
    await expect(readModelFolder("m", { store })).rejects.toMatchObject({ code: "not-onnx" });
  });

  test("by many tensors over the same bytes", async () => {
    const store = memoryStore();
    await store.write("m/d", numbers);
    const tensors = [0, 4, 8].map((offset) =>
      externalTensor({ name: `w${offset}`, entries: { location: "d", offset: String(offset) } }),
    );
    await store.write("m/model.onnx", externalModel(tensors));
    await expect(readModelFolder("m", { store })).rejects.toMatchObject({
      ...bad,
      message: "m/model.onnx: The tensors in d overlap: they have 24 bytes, the file 16.",
    });
  });

  test("by many names of one file", async () => {
    const store = memoryStore();
    await store.write("m/d", numbers);
    const tensors = ["d", "./d", "././d", "x/./d"].map((location, at) =>
      externalTensor({ name: `w${at}`, dims: [4], entries: { location: location.replace("x/", "") } }),
    );
    await store.write("m/model.onnx", externalModel(tensors.slice(0, 3)));
    const { external } = openModelFile(await store.read("m/model.onnx"));
    const read = await readExternalData(external, { model: "m/model.onnx", store });
    expect(new Set([...read.values()].map(({ buffer }) => buffer)).size).toBe(1);
    const apart = ["d", "./d"].map((location, at) =>
      externalTensor({ name: `w${at}`, dims: [3], entries: { location, offset: String(4 * at) } }),
    );
    await store.write("m/model.onnx", externalModel(apart));
    await expect(readModelFolder("m", { store })).rejects.toMatchObject(bad);
  });

  test("a file that is not there is named, and what to do", async () => {
    const store = memoryStore();
    await store.write("m/onnx/model.onnx", one({ location: "model.onnx_data" }));
    await expect(readModelFolder("m", { store })).rejects.toMatchObject({
      code: "no-external-data",
      message: 'm/onnx/model.onnx: There is no file m/onnx/model.onnx_data, in which the tensor "w" is kept.',
      hint: "A model is all of its files: fetch model.onnx_data too, and put it beside model.onnx.",
    });
    await store.makeFolder("m/onnx/model.onnx_data");
    await expect(readModelFolder("m", { store })).rejects.toMatchObject({ code: "no-external-data" });
  });
});

describe("links", () => {
  const store = nodeStore();
  let root: string;
  const at = (...parts: readonly string[]) => join(root, ...parts);
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "regraft-external-"));
    await mkdir(at("m"));
    await writeFile(at("secret"), numbers);
    await writeFile(at("m", "model.onnx"), one({ location: "data/weights" }));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  test("that lead out of the model's folder are not followed: of the file, of a folder above it", async () => {
    await mkdir(at("m", "data"));
    await symlink(at("secret"), at("m", "data", "weights"));
    const refused = { code: "bad-external-data", message: expect.stringContaining("leads out of the model's folder") };
    await expect(readModelFolder(at("m"), { store })).rejects.toMatchObject(refused);

    await rm(at("m", "data"), { recursive: true });
    await mkdir(at("elsewhere"));
    await writeFile(at("elsewhere", "weights"), numbers);
    await symlink(at("elsewhere"), at("m", "data"));
    await expect(readModelFolder(at("m"), { store })).rejects.toMatchObject(refused);
  });

  test("that stay inside are followed, also where the folder itself is reached by one", async () => {
    await mkdir(at("m", "data"));
    await writeFile(at("m", "blob"), numbers);
    await symlink(at("m", "blob"), at("m", "data", "weights"));
    await symlink(at("m"), at("link"));
    expect(await weightOf(at("link"), store)).toEqual([1.5, -2]);
  });

  test("of the Hub's cache, where model and weights are links to one folder of blobs", async () => {
    await mkdir(at("blobs"));
    await mkdir(at("snapshots", "main", "onnx"), { recursive: true });
    await writeFile(at("blobs", "aa"), one({ location: "model.onnx_data" }));
    await writeFile(at("blobs", "bb"), numbers);
    await symlink("../../../blobs/aa", at("snapshots", "main", "onnx", "model.onnx"));
    await symlink("../../../blobs/bb", at("snapshots", "main", "onnx", "model.onnx_data"));
    expect(await weightOf(at("snapshots", "main"), store)).toEqual([1.5, -2]);
  });

  test("of what tells of the model, out of its folder: neither read nor told", async () => {
    await writeFile(at("m", "model.onnx"), readFileSync(goldenUrl("mobilenet.onnx")));
    await writeFile(at("labels"), "secret\n".repeat(5));
    await symlink(at("labels"), at("m", "labels.txt"));
    const error: unknown = await readModelFolder(at("m"), { store }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "bad-model-folder",
      message: expect.stringContaining("labels.txt leads out of the model's folder"),
      hint: expect.stringMatching(/./),
    });
    await rm(at("m", "labels.txt"));
    await symlink("/dev/zero", at("m", "labels.txt"));
    expect((await readModelFolder(at("m"), { store })).labels).toBeUndefined();
  });

  test("to a device are no file", async () => {
    await mkdir(at("m", "data"));
    await symlink("/dev/zero", at("m", "data", "weights"));
    await expect(readModelFolder(at("m"), { store })).rejects.toMatchObject({ code: "no-external-data" });
  });

  test("nor is a pipe, which nobody waits for", async () => {
    await mkdir(at("m", "data"));
    execFileSync("mkfifo", [at("m", "data", "weights"), at("m", "config.json"), at("pipe.onnx")]);
    await expect(readModelFolder(at("m"), { store })).rejects.toMatchObject({ code: "no-external-data" });
    await expect(readModelFolder(at("pipe.onnx"), { store })).rejects.toMatchObject({ code: "no-model" });
  });
});

test("reads a few bytes from far behind 4 GiB of a file that is never read whole", async () => {
  const root = await mkdtemp(join(tmpdir(), "regraft-external-"));
  try {
    const far = 5 * 2 ** 30;
    const store = nodeStore();
    await writeFile(join(root, "model.onnx"), one({ location: "d", offset: String(far) }));
    await writeFile(join(root, "d"), "");
    await truncate(join(root, "d"), far + 8);
    expect(await weightOf(root, store)).toEqual([0, 0]);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
