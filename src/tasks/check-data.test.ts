import sharp from "sharp";
import { beforeAll, describe, expect, it, test } from "vitest";
import { diskHost, testHost } from "../../test/fixtures/host.ts";
import { shared, whySkipped } from "../../test/shared.ts";
import { random } from "../base/random.ts";
import type { DataHealth, HealthFinding } from "../data/health/data-health.ts";
import type { FindingCode } from "../data/health/finding-codes.ts";
import { imageFolder } from "../data/image-folder.ts";
import { drawSample, sampleTasks } from "../data/sample/draw-sample.ts";
import type { RgbImage } from "../image/image.ts";
import type { Store } from "../store/store.ts";
import { checkData, quickCheck } from "./check-data.ts";

const raw = ({ width, height, data }: RgbImage) => sharp(data, { raw: { width, height, channels: 3 } });
const jpeg = (image: RgbImage, quality = 90) => raw(image).jpeg({ quality }).toBuffer();

/** `each` drawings of two classes in /data/train and /data/val, all different. */
async function drawData(store: Store, each = 6, size = 96): Promise<void> {
  for (const [part, seed] of [["train", 1] as const, ["val", 2] as const]) {
    for (const name of sampleTasks.shapes.slice(0, 2)) {
      for (let at = 0; at < each; at++) {
        const image = drawSample(name, random(seed).fork(name, at), size);
        await store.write(`/data/${part}/${name}/${at}.jpg`, await jpeg(image));
      }
    }
  }
}

const found = (health: DataHealth, code: FindingCode): HealthFinding | undefined =>
  health.findings.find((finding) => finding.code === code);

/** The pictures of each group, as "train/star/1.jpg", groups parted by "|". */
const groupsIn = (finding: HealthFinding | undefined): readonly string[] => {
  const groups = new Map<number | undefined, string[]>();
  for (const { group, split, name } of finding?.files ?? []) {
    groups.set(group, [...(groups.get(group) ?? []), `${split}/${name}`]);
  }
  return [...groups.values()].map((files) => files.join(" | "));
};

describe("a data set with everything wrong in it", () => {
  const host = testHost();
  const { store, decoder } = host;
  const steps: string[] = [];
  let health: DataHealth;
  beforeAll(async () => {
    await drawData(store);
    const take = (name: string) => store.read(`/data/train/${name}`);
    const decode = async (name: string) => decoder.decode(await take(name));
    await store.write("/data/val/crescent/same.jpg", await take("crescent/0.jpg"));
    await store.write("/data/train/flower/other-class.jpg", await take("crescent/1.jpg"));
    await store.write("/data/train/flower/twice.jpg", await take("flower/0.jpg"));
    await store.write("/data/val/crescent/encoded.jpg", await jpeg(await decode("crescent/2.jpg"), 50));
    const small = await raw(await decode("flower/3.jpg"))
      .resize(48, 48)
      .png()
      .toBuffer();
    await store.write("/data/train/crescent/small.png", small);
    const cut = await raw(await decode("flower/4.jpg"))
      .extract({ left: 3, top: 2, width: 90, height: 91 })
      .png();
    await store.write("/data/train/flower/cut.png", await cut.toBuffer());
    await store.write("/data/train/flower/broken.jpg", (await take("flower/1.jpg")).subarray(0, 700));
    const plain = (width: number, height: number) => ({
      create: { width, height, channels: 3 as const, background: "#456" },
    });
    await store.write("/data/train/crescent/plain.png", await sharp(plain(80, 80)).png().toBuffer());
    const dot = { input: await jpeg(await decode("flower/2.jpg")), left: 4, top: 4 };
    await store.write("/data/train/crescent/sorry.png", await sharp(plain(400, 400)).composite([dot]).png().toBuffer());
    const strip = drawSample("flower", random(9), 200);
    await store.write(
      "/data/train/flower/strip.png",
      await raw(strip).resize(200, 20, { fit: "fill" }).png().toBuffer(),
    );
    await store.write("/data/train/flower/phone.heic", "not read");
    const onProgress = (done: number, total: number) => steps.push(`${done}/${total}`);
    health = await checkData({ data: "/data", onProgress }, host);
  });

  test("copies across splits are an error, and name both sides", () => {
    expect(found(health, "copies-across-splits")).toMatchObject({
      severity: "error",
      sentence: "1 picture, in 2 files, is in two splits, byte for byte.",
      files: [
        { split: "train", class: "crescent", name: "crescent/0.jpg", path: "/data/train/crescent/0.jpg", group: 0 },
        { split: "val", class: "crescent", name: "crescent/same.jpg", path: "/data/val/crescent/same.jpg", group: 0 },
      ],
    });
  });

  test("a picture in two classes is an error too", () => {
    const finding = found(health, "labels-disagree");
    expect(finding).toMatchObject({ severity: "error", classes: ["crescent", "flower"] });
    expect(groupsIn(finding)).toEqual(["train/crescent/1.jpg | train/flower/other-class.jpg"]);
  });

  test("copies within a class are a note", () => {
    expect(found(health, "copies")?.severity).toBe("note");
    expect(groupsIn(found(health, "copies"))).toEqual(["train/flower/0.jpg | train/flower/twice.jpg"]);
  });

  test("pictures encoded again, made smaller or cut are found, by where they lie", () => {
    expect(groupsIn(found(health, "near-copies-across-splits"))).toEqual([
      "train/crescent/2.jpg | val/crescent/encoded.jpg",
    ]);
    expect(groupsIn(found(health, "near-labels-disagree"))).toEqual(["train/crescent/small.png | train/flower/3.jpg"]);
    expect(groupsIn(found(health, "near-copies"))).toEqual(["train/flower/4.jpg | train/flower/cut.png"]);
  });

  test("what cannot be read is named with the reason", () => {
    expect(found(health, "unreadable")).toMatchObject({
      severity: "warning",
      files: [{ name: "flower/broken.jpg", detail: expect.stringContaining("damaged or cut off") }],
    });
  });

  test("pictures that show nothing, and odd shapes, are told", () => {
    const names = (code: FindingCode) => found(health, code)?.files.map(({ name }) => name);
    expect(names("one-colour")).toEqual(["crescent/plain.png"]);
    expect(names("mostly-one-colour")).toEqual(["crescent/sorry.png"]);
    expect(names("extreme-shape")).toEqual(["flower/strip.png"]);
    expect(names("tiny")).toEqual(["flower/strip.png"]);
    expect(names("odd-size")).toEqual(["crescent/sorry.png"]);
    expect(names("files-ignored")).toEqual(["flower/phone.heic"]);
  });

  test("the most severe findings come first, and everything is plain JSON", () => {
    const order = health.findings.map(({ severity }) => severity);
    expect(order.join(" ")).toMatch(/^(error ?)+(warning ?)+(note ?)+$/);
    expect(JSON.parse(JSON.stringify(health))).toEqual(health);
    expect(health).toMatchObject({
      data: "/data",
      depth: "pictures",
      pictures: 34,
      splits: [
        { name: "train", folder: "/data/train", pictures: 20 },
        { name: "val", folder: "/data/val", pictures: 14 },
      ],
      classes: [
        { name: "crescent", pictures: { train: 9, val: 8 } },
        { name: "flower", pictures: { train: 11, val: 6 } },
      ],
      sizes: { width: { min: 48, median: 96, max: 400 } },
    });
  });

  test("every picture is told of as it is done", () => {
    expect([steps.length, steps[0], steps.at(-1)]).toEqual([34, "1/34", "34/34"]);
  });

  test("the quick check finds the copies across splits, and decodes nothing", async () => {
    const decode = () => Promise.reject(new Error("nothing is to be decoded"));
    const folder = await imageFolder("/data", { store, decoder: { decode } });
    const quick = await quickCheck("/data", folder, { store });
    expect(quick.depth).toBe("bytes");
    expect(quick.findings.map(({ code }) => code)).toEqual(["copies-across-splits", "few-pictures"]);
    expect(groupsIn(quick.findings[0])).toEqual(["train/crescent/0.jpg | val/crescent/same.jpg"]);
  });
});

describe("checkData", () => {
  it("finds nothing in drawings that are all different", async () => {
    const host = testHost();
    await drawData(host.store, 12);
    expect((await checkData({ data: "/data" }, host)).findings).toEqual([]);
  });

  it("tells that training would stop at so many unreadable files", async () => {
    const host = testHost();
    await drawData(host.store, 4);
    await host.store.write("/data/val/flower/0.jpg", "no picture");
    const severity = async (maxBadFraction: number) =>
      found(await checkData({ data: "/data", maxBadFraction }, host), "unreadable")?.severity;
    expect([await severity(0.01), await severity(0.5)]).toEqual(["error", "warning"]);
  });

  it("looks at what would be held out, by the seed that training takes", async () => {
    const host = testHost();
    const { store, decoder } = host;
    await drawData(store, 10);
    const { val } = await imageFolder("/data/train", { store, decoder, seed: 5 });
    for (let index = 0; index < val.size; index++) await store.write(`/data/train/${val.name(index)}`, "broken");
    const health = await checkData({ data: "/data/train", seed: 5 }, host);
    expect(health.splits).toMatchObject([{ name: "train" }, { name: "val", folder: "/data/train", heldOut: 0.2 }]);
    expect(health.classes.map(({ pictures }) => pictures.val)).toEqual([2, 2]);
    expect(found(health, "unreadable")?.files.map(({ split }) => split)).toEqual(["val", "val", "val", "val"]);
  });

  it("ends where it is told to", async () => {
    const host = testHost();
    await drawData(host.store, 3);
    const signal = { aborted: true };
    await expect(checkData({ data: "/data", signal }, host)).rejects.toMatchObject({ code: "interrupted" });
  });

  it("refuses what is no folder, no option, or out of range", async () => {
    const host = testHost();
    await expect(checkData({ data: "/gone" }, host)).rejects.toMatchObject({ code: "no-such-folder" });
    await expect(checkData({ data: "/gone", val: 2 }, host)).rejects.toMatchObject({ code: "bad-option" });
    const misspelt = { data: "/gone", sede: 1 };
    await expect(checkData(misspelt, host)).rejects.toMatchObject({ code: "bad-option" });
  });
});

describe("real photos", () => {
  const photos = shared("data/hymenoptera");
  const flowers = shared("data/flowers");
  const why = photos ? "" : `: ${whySkipped}`;

  /** Photos of the tutorial's data in a memory of their own, with copies planted. */
  async function withPlants() {
    const disk = diskHost();
    const host = testHost();
    const from = await imageFolder(photos ?? "", { store: disk.store, decoder: disk.decoder });
    for (const side of ["train", "val"] as const) {
      for (let at = side === "train" ? 5 : 3; at < from[side].size; at += 8) {
        const bytes = await disk.store.read(`${photos}/${side}/${from[side].name(at)}`);
        await host.store.write(`/photos/${side}/${from[side].name(at)}`, bytes);
      }
    }
    const data = await imageFolder("/photos", { store: host.store, decoder: host.decoder });
    const planted = new Map<string, string>();
    const plants: readonly ((image: RgbImage) => Promise<Uint8Array>)[] = [
      (image) => jpeg(image, 40),
      (image) =>
        raw(image)
          .resize(Math.round(image.width / 2))
          .jpeg()
          .toBuffer(),
      ({ width, height, ...image }) =>
        raw({ ...image, width, height })
          .extract({ left: Math.round(width * 0.04), top: 0, width: Math.floor(width * 0.95), height })
          .jpeg()
          .toBuffer(),
    ];
    for (const [at, plant] of plants.entries()) {
      const name = data.train.name(4 + 5 * at);
      const copy = `${name.split("/")[0]}/planted-${at}.jpg`;
      await host.store.write(`/photos/val/${copy}`, await plant(await data.train.load(4 + 5 * at)));
      planted.set(`val/${copy}`, `train/${name}`);
    }
    return { host, planted };
  }

  it.skipIf(!photos)(`finds the copies that are planted across splits, and no others${why}`, async () => {
    const { host, planted } = await withPlants();
    const health = await checkData({ data: "/photos" }, host);
    expect(groupsIn(found(health, "near-copies-across-splits")).toSorted()).toEqual(
      [...planted].map(([copy, original]) => `${original} | ${copy}`).toSorted(),
    );
    expect(found(health, "near-copies") ?? found(health, "near-labels-disagree")).toBeUndefined();
  });

  it.skipIf(!photos)(
    `finds the ant that is no ant but a web site's excuse${why}`,
    async () => {
      const health = await checkData({ data: photos ?? "" }, diskHost());
      expect(found(health, "mostly-one-colour")?.files.map(({ name }) => name)).toEqual(["ants/imageNotFound.gif"]);
    },
    60_000,
  );

  it.skipIf(!flowers)(
    `finds the tulip that is in both splits of the flowers${flowers ? "" : `: ${whySkipped}`}`,
    async () => {
      const health = await checkData({ data: flowers ?? "" }, diskHost());
      expect(health.findings.map(({ code }) => code)).toEqual(["near-copies-across-splits", "near-copies"]);
      expect(groupsIn(health.findings[0])).toEqual([
        "train/tulip/7166552648_28b6dce578_n.jpg | val/tulip/7166552648_28b6dce578.jpg",
      ]);
    },
    60_000,
  );
});
