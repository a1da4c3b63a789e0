import { describe, expect, it } from "vitest";
import { shared, whySkipped } from "../../test/shared.ts";
import { sharpDecoder } from "../image/node/sharp-decoder.ts";
import { nodeStore } from "../store/node/node-store.ts";
import type { Store } from "../store/store.ts";
import type { Dataset } from "./dataset.ts";
import { datasetContract, plainDecoder, storeOf } from "./dataset-contract.ts";
import { folderDataset } from "./folder-dataset.ts";
import { imageFolder } from "./image-folder.ts";

const decoder = plainDecoder;
const names = ({ size, name }: Dataset) => Array.from({ length: size }, (_, index) => name(index));
const numbered = (folder: string, count: number) => Array.from({ length: count }, (_, at) => `${folder}/${at}.jpg`);
const open = (store: Store, options: { val?: string | number; seed?: number } = {}) =>
  imageFolder("/data", { store, decoder, ...options });

datasetContract("imageFolder", async () => {
  const store = await storeOf([...numbered("/data/ants", 3), ...numbered("/data/bees", 3)]);
  return (await open(store)).train;
});

datasetContract("folderDataset", async () => {
  const store = await storeOf([...numbered("/data/ants", 3), ...numbered("/data/bees", 3)]);
  return folderDataset("/data", { store, decoder, classes: ["bees", "wasps", "ants"] });
});

describe("imageFolder", () => {
  it("takes the root's own train and val folders", async () => {
    const store = await storeOf([
      ...numbered("/data/train/ants", 2),
      ...numbered("/data/train/bees", 1),
      ...numbered("/data/val/ants", 1),
      ...numbered("/data/val/bees", 1),
    ]);
    const { classes, train, val, origin } = await open(store);
    expect(classes).toEqual(["ants", "bees"]);
    expect(names(train)).toEqual(["ants/0.jpg", "ants/1.jpg", "bees/0.jpg"]);
    expect([0, 1, 2].map(train.label)).toEqual([0, 0, 1]);
    expect(names(val)).toEqual(["ants/0.jpg", "bees/0.jpg"]);
    expect((await val.load(0)).data[0]).toBe(3);
    expect(origin).toEqual({ train: "/data/train", val: "/data/val" });
  });

  it.each(["valid", "validation", "test"])("takes a folder %s for validation", async (part) => {
    const files = ["train", part].flatMap((name) => [`/data/${name}/a/1.png`, `/data/${name}/b/1.png`]);
    expect((await open(await storeOf(files))).origin.val).toBe(`/data/${part}`);
  });

  it("holds out a fifth of each class where there is no validation folder, never the same file twice", async () => {
    for (const root of ["/data", "/data/train"]) {
      const store = await storeOf([...numbered(`${root}/ants`, 20), ...numbered(`${root}/bees`, 10)]);
      const { train, val, origin } = await open(store, { seed: 3 });
      expect(origin).toEqual({ train: root, val: 0.2 });
      expect(names(val).filter((name) => name.startsWith("ants"))).toHaveLength(4);
      expect(names(val).filter((name) => name.startsWith("bees"))).toHaveLength(2);
      expect([...names(train), ...names(val)].sort()).toEqual(
        [...numbered("ants", 20), ...numbered("bees", 10)].sort(),
      );
    }
  });

  it("draws another split for another seed, the same for the same", async () => {
    const store = await storeOf([...numbered("/data/ants", 20), ...numbered("/data/bees", 20)]);
    const draw = async (seed: number) => names((await open(store, { seed })).val);
    expect(await draw(1)).toEqual(await draw(1));
    expect(await draw(2)).not.toEqual(await draw(1));
  });

  it("lets a fraction or another folder take precedence over the root's own validation folder", async () => {
    const store = await storeOf([
      ...["train", "val"].flatMap((part) => [...numbered(`/data/${part}/a`, 4), ...numbered(`/data/${part}/b`, 4)]),
      ...[...numbered("/other/a", 1), ...numbered("/other/b", 1)],
    ]);
    const fraction = await open(store, { val: 0.5 });
    expect([fraction.train.size, fraction.val.size]).toEqual([4, 4]);
    const folder = await open(store, { val: "/other" });
    expect([folder.train.size, folder.val.size]).toEqual([8, 2]);
  });

  it("looks at pictures only, in folders of any depth, and passes over hidden things", async () => {
    const store = await storeOf([
      ...["/data/a/1.JPG", "/data/a/deep/er/2.webp", "/data/a/notes.txt", "/data/a/.hidden.jpg", "/data/a/3.svg"],
      ...["/data/b/4.tiff", "/data/b/5.avif", "/data/b/Thumbs.db", "/data/b/noextension"],
      ...["/data/.git/6.png", "/data/__MACOSX/a/._1.jpg", "/data/README.md"],
    ]);
    const { classes, train, val } = await open(store);
    expect(classes).toEqual(["a", "b"]);
    expect([...names(train), ...names(val)].sort()).toEqual(["a/1.JPG", "a/deep/er/2.webp", "b/4.tiff", "b/5.avif"]);
  });

  it("sorts classes by code unit, capitals first", async () => {
    const store = await storeOf(["b", "a", "Z", "10", "9"].flatMap((name) => numbered(`/data/${name}`, 2)));
    expect((await open(store)).classes).toEqual(["10", "9", "Z", "a", "b"]);
  });

  it("takes a folder called train that holds pictures for a class", async () => {
    const store = await storeOf(["car", "plane", "train"].flatMap((name) => numbered(`/data/${name}`, 2)));
    expect((await open(store)).classes).toEqual(["car", "plane", "train"]);
  });

  it("says which picture cannot be read", async () => {
    const store = await storeOf([...numbered("/data/a", 1), ...numbered("/data/b", 2)]);
    await store.write("/data/a/0.jpg", "words");
    const all = await folderDataset("/data", { store, decoder, classes: ["a", "b"] });
    await expect(all.load(0)).rejects.toMatchObject({
      code: "unreadable-image",
      message: "a/0.jpg: This is not a picture: words.",
      cause: expect.objectContaining({ message: "This is not a picture: words." }),
    });
  });

  it.each([
    ["a folder that does not exist", ["/elsewhere/a/1.jpg"], [], "no-such-folder", "There is no folder /data."],
    ["a file", ["/data"], [], "no-such-folder", "There is no folder /data."],
    ["one class", numbered("/data/a", 3), [], "one-class", "/data has only one class folder, a: at least"],
    ["no class", ["/data/1.jpg", "/data/2.jpg"], [], "one-class", "no class folder and 2 pictures outside"],
    ["an empty class", numbered("/data/a", 2), ["/data/b"], "empty-class", "/data has a class without pictures: b."],
    ["a class of other files", ["/data/a/1.jpg", "/data/b/1.txt"], [], "empty-class", "without pictures: b."],
    [
      "parts without train",
      numbered("/data/val/a", 2),
      ["/data/test"],
      "no-such-folder",
      "/data has test, val, but no",
    ],
    ["single pictures", ["/data/a/1.jpg", "/data/b/1.jpg"], [], "no-images", "none can be held out"],
    [
      "other classes for validation",
      ["/data/train/a/1.jpg", "/data/train/b/1.jpg", "/data/val/b/1.jpg", "/data/val/c/1.jpg"],
      [],
      "class-mismatch",
      "The classes in /data/val are not those in /data/train: it lacks a; it has c that training has not.",
    ],
  ])("refuses %s", async (_, files, folders, code, message) => {
    const failure = open(await storeOf(files, folders));
    await expect(failure).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    await expect(failure).rejects.toHaveProperty("hint", expect.stringMatching(/./));
  });

  it("tells the two layouts when the folder is not there", async () => {
    const failure = open(await storeOf([]));
    await expect(failure).rejects.toMatchObject({ hint: expect.stringContaining("/data/<class>/*.jpg") });
    await expect(failure).rejects.toMatchObject({ hint: expect.stringContaining("/data/train/<class>/*.jpg") });
  });

  it("refuses a validation folder that shares its files with training, however it is spelt", async () => {
    const store = await storeOf([...numbered("/data/train/a", 2), ...numbered("/data/train/b", 2)]);
    for (const val of ["/data/train", "/data/../data/train/"]) {
      await expect(open(store, { val })).rejects.toMatchObject({ code: "bad-option" });
    }
  });

  it.each([0, 1, 1.5])("refuses to hold out %s of the pictures", async (val) => {
    await expect(open(await storeOf([]), { val })).rejects.toMatchObject({ code: "bad-option" });
  });
});

describe("folderDataset", () => {
  const classes = ["ants", "bees", "wasps"];

  it("labels by the classes given, whatever the folder lacks", async () => {
    const store = await storeOf([...numbered("/test/wasps", 2), ...numbered("/test/ants", 1)], ["/test/bees"]);
    const dataset = await folderDataset("/test", { store, decoder, classes });
    expect(names(dataset)).toEqual(["ants/0.jpg", "wasps/0.jpg", "wasps/1.jpg"]);
    expect([0, 1, 2].map(dataset.label)).toEqual([0, 2, 2]);
    expect(dataset.classes).toEqual(classes);
  });

  it("refuses folders that are no class of the model, and names them", async () => {
    const store = await storeOf([...numbered("/test/moths", 1), ...numbered("/test/ants", 1)]);
    await expect(folderDataset("/test", { store, decoder, classes })).rejects.toMatchObject({
      code: "class-mismatch",
      message: "/test has folders that are not classes of the model: moths.",
      hint: "The classes are ants, bees, wasps.",
    });
  });

  it("points to the part when it is given the whole data set", async () => {
    const store = await storeOf([...numbered("/test/train/ants", 1), ...numbered("/test/val/ants", 1)]);
    await expect(folderDataset("/test", { store, decoder, classes })).rejects.toMatchObject({
      code: "class-mismatch",
      hint: expect.stringContaining("/test/val"),
    });
  });

  it("tells a class folder from a folder of classes", async () => {
    const store = await storeOf(numbered("/test/ants", 3));
    await expect(folderDataset("/test/ants", { store, decoder, classes })).rejects.toMatchObject({
      code: "no-images",
      message: "/test/ants holds 3 pictures, but not in a folder per class.",
      hint: "If it is a class itself, name the folder above it: /test",
    });
  });

  it("refuses a folder that is not there or has no picture", async () => {
    const store = await storeOf([], ["/empty/ants"]);
    const failure = (root: string) => folderDataset(root, { store, decoder, classes });
    await expect(failure("/gone")).rejects.toMatchObject({ code: "no-such-folder" });
    await expect(failure("/empty")).rejects.toMatchObject({ code: "no-images" });
  });
});

describe("real photos", () => {
  const hymenoptera = shared("data/hymenoptera");
  it.skipIf(!hymenoptera)(
    `finds the tutorial's ants and bees, its one GIF included${hymenoptera ? "" : `: ${whySkipped}`}`,
    async () => {
      const source = { store: nodeStore(), decoder: sharpDecoder() };
      const { classes, train, val } = await imageFolder(hymenoptera ?? "", source);
      expect(classes).toEqual(["ants", "bees"]);
      expect([train.size, val.size]).toEqual([245, 153]);
      expect(train.name(0)).toBe("ants/0013035.jpg");
      expect(await train.load(0)).toMatchObject({ width: 768, height: 512 });
    },
  );
});
