import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { HostError } from "../base/errors.ts";
import { nodeStore } from "../store/node/node-store.ts";
import type { Store } from "../store/store.ts";
import type { Dataset } from "./dataset.ts";
import { plainDecoder as decoder } from "./dataset-contract.ts";
import { folderDataset } from "./folder-dataset.ts";
import { imageFolder } from "./image-folder.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "regraft-links-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const store = nodeStore();
const names = ({ size, name }: Dataset) => Array.from({ length: size }, (_, index) => name(index));

async function files(...paths: readonly string[]): Promise<void> {
  for (const [at, path] of paths.entries()) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), String(at));
  }
}

/** Makes `path` a link to `target`, both below the root. */
async function link(path: string, target: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await symlink(join(root, target), join(root, path));
}

const all = async () => {
  const { train, val } = await imageFolder(root, { store, decoder, val: 0.5 });
  return [...names(train), ...names(val)].sort();
};

it("refuses validation pictures that are links to training pictures", async () => {
  await files("train/a/1.jpg", "train/b/2.jpg", "val/a/3.jpg", "val/b/4.jpg");
  await link("val/a/other.jpg", "train/a/1.jpg");
  await expect(imageFolder(root, { store, decoder })).rejects.toMatchObject({
    code: "shared-pictures",
    message: `1 of the validation pictures in ${root}/val is a training picture too: ${root}/val/a/other.jpg is ${root}/train/a/1.jpg.`,
    hint: expect.stringContaining("--val 0.2"),
  });
});

it("refuses a validation class, and a training picture, that leads to the other side by a link", async () => {
  await files("train/a/1.jpg", "train/b/2.jpg", "val/b/4.jpg");
  await link("val/a", "train/a");
  const failure = imageFolder(root, { store, decoder });
  await expect(failure).rejects.toMatchObject({ code: "shared-pictures" });
  await rm(join(root, "val/a"));
  await files("val/a/3.jpg");
  await link("train/b/3.jpg", "val/a/3.jpg");
  await expect(imageFolder(root, { store, decoder })).rejects.toMatchObject({ code: "shared-pictures" });
});

it("refuses two sides that both lead to one file somewhere else", async () => {
  await files("pool/1.jpg", "pool/2.jpg", "data/train/b/3.jpg", "data/val/b/4.jpg");
  await link("data/train/a/x.jpg", "pool/1.jpg");
  await link("data/val/a/y.jpg", "pool/1.jpg");
  const open = () => imageFolder(join(root, "data"), { store, decoder });
  await expect(open()).rejects.toMatchObject({ code: "shared-pictures" });
  await rm(join(root, "data/val/a/y.jpg"));
  await link("data/val/a/y.jpg", "pool/2.jpg");
  expect(names((await open()).val)).toEqual(["a/y.jpg", "b/4.jpg"]);
});

it("takes a file once where a split is drawn, by the name that is no link", async () => {
  await files("a/1.jpg", "a/2.jpg", "b/3.jpg", "b/4.jpg");
  await link("a/0.jpg", "a/1.jpg");
  await link("a/stray.jpg", "b/4.jpg");
  expect(await all()).toEqual(["a/1.jpg", "a/2.jpg", "b/3.jpg", "b/4.jpg"]);
  const judged = await folderDataset(root, { store, decoder, classes: ["a", "b"] });
  expect(names(judged)).toEqual(["a/1.jpg", "a/2.jpg", "b/3.jpg", "b/4.jpg"]);
});

it("walks links in a circle once", async () => {
  await files("a/1.jpg", "a/deep/2.jpg", "b/3.jpg", "b/4.jpg");
  await link("a/again", "a");
  await link("a/deep/up", "");
  expect(await all()).toEqual(["a/1.jpg", "a/deep/2.jpg", "b/3.jpg", "b/4.jpg"]);
});

it("finds pictures behind linked folders, after the class's own", async () => {
  await files("data/a/z.jpg", "data/b/1.jpg", "pool/more/2.jpg", "classes/c/3.jpg");
  await link("data/a/linked", "pool");
  await link("data/c", "classes/c");
  const dataset = await folderDataset(join(root, "data"), { store, decoder, classes: ["a", "b", "c"] });
  expect(names(dataset)).toEqual(["a/z.jpg", "a/linked/more/2.jpg", "b/1.jpg", "c/3.jpg"]);
  expect((await dataset.load(1)).data[0]).toBe(2);
});

it("calls a class empty whose pictures are all another's", async () => {
  await files("a/1.jpg", "b/2.jpg");
  await link("c", "b");
  await expect(imageFolder(root, { store, decoder })).rejects.toMatchObject({
    code: "empty-class",
    message: expect.stringContaining("pictures: c."),
    hint: expect.stringContaining("links"),
  });
});

it("asks the disk once a folder and once a class, not once a picture", async () => {
  await files(...Array.from({ length: 200 }, (_, at) => `${at % 2 ? "a" : "b"}/${at}.jpg`));
  const counted = nodeStore();
  const [realPath, kind, entries] = [
    vi.spyOn(counted, "realPath"),
    vi.spyOn(counted, "kind"),
    vi.spyOn(counted, "entries"),
  ];
  await folderDataset(root, { store: counted, decoder, classes: ["a", "b"] });
  expect([realPath, kind, entries].map(({ mock }) => mock.calls.length)).toEqual([3, 0, 3]);
});

it("reads no broken link, but counts it as a picture that cannot be read", async () => {
  await files("a/1.jpg", "b/2.jpg");
  await link("a/gone.jpg", "nowhere.jpg");
  const dataset = await folderDataset(root, { store, decoder, classes: ["a", "b"] });
  expect(names(dataset)).toEqual(["a/1.jpg", "a/gone.jpg", "b/2.jpg"]);
  await expect(dataset.load(1)).rejects.toMatchObject({
    code: "unreadable-image",
    message: `a/gone.jpg: There is no file ${join(root, "a", "gone.jpg")}.`,
    cause: expect.objectContaining({ code: "no-such-file" }),
  });
});

it("makes a file that the disk does not give a picture that cannot be read", async () => {
  await files("a/1.jpg", "b/2.jpg");
  const failing: Store = {
    ...store,
    open: async (path) => {
      throw new HostError("read-failed", `${path} cannot be read: EIO.`, { hint: "The disk reports a fault." });
    },
  };
  const dataset = await folderDataset(root, { store: failing, decoder, classes: ["a", "b"] });
  await expect(dataset.load(0)).rejects.toMatchObject({
    name: "DataError",
    code: "unreadable-image",
    message: `a/1.jpg: ${join(root, "a", "1.jpg")} cannot be read: EIO.`,
    hint: "The disk reports a fault.",
  });
  const vanishing = await folderDataset(root, { store, decoder, classes: ["a", "b"] });
  await rm(join(root, "b/2.jpg"));
  await expect(vanishing.load(1)).rejects.toMatchObject({ code: "unreadable-image" });
  expect((await vanishing.load(0)).data[0]).toBe(0);
});
