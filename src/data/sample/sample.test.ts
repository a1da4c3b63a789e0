import { describe, expect, it } from "vitest";
import { HostError } from "../../base/errors.ts";
import { random } from "../../base/random.ts";
import type { ImageEncoder } from "../../image/image.ts";
import { sharpDecoder } from "../../image/node/sharp-decoder.ts";
import { sharpEncoder } from "../../image/node/sharp-encoder.ts";
import { resize } from "../../image/resize.ts";
import { memoryStore } from "../../store/memory-store.ts";
import { imageFolder } from "../image-folder.ts";
import { drawSample, sampleTasks } from "./draw-sample.ts";
import { writeSample } from "./write-sample.ts";

const { shapes } = sampleTasks;

describe("drawSample", () => {
  it("draws the same picture from the same seed, another one from another", () => {
    const draw = (seed: number) => drawSample("star", random(seed), 32);
    expect(draw(1)).toMatchObject({ width: 32, height: 32 });
    expect(draw(1)).toEqual(draw(1));
    expect(draw(2)).not.toEqual(draw(1));
  });

  it("refuses pictures too small to show anything", () => {
    expect(() => drawSample("star", random(1), 8)).toThrow("size must be a whole number from 16, not 8.");
  });

  /** Part of 100 pictures for which the nearest of five class means, made from 200 others, is the right one. */
  function accuracyBy(side: number): number {
    const features = (label: number, number: number) => {
      const picture = drawSample(shapes[label] ?? "star", random(11).fork(label, number), 24);
      return [...resize(picture, { width: side, height: side, interpolation: "bilinear" }).data];
    };
    const known = shapes.map((_, label) => Array.from({ length: 40 }, (_, number) => features(label, number)));
    const means = known.map((rows) => rows[0]?.map((_, at) => rows.reduce((sum, row) => sum + (row[at] ?? 0), 0) / 40));
    const away = (a: readonly number[], b: readonly number[] = []) => Math.hypot(...a.map((x, at) => x - (b[at] ?? 0)));
    const nearest = (row: readonly number[]) => {
      const distances = means.map((mean) => away(row, mean));
      return distances.indexOf(Math.min(...distances));
    };
    const isRight = Array.from({ length: 100 }, (_, at) => nearest(features(at % 5, 1000 + at)) === at % 5);
    return isRight.filter(Boolean).length / 100;
  }

  it("does not give the class away by colour, nor by place", () => {
    // 0.2 is chance; three standard deviations above it are 0.32.
    expect(accuracyBy(1)).toBeLessThan(0.33);
    expect(accuracyBy(4)).toBeLessThan(0.33);
  });
});

describe("writeSample", () => {
  const write = async (folder: string, options: Partial<Parameters<typeof writeSample>[1]> = {}) => {
    const store = memoryStore();
    const source = { store, encoder: sharpEncoder(), perClass: 2, size: 16, ...options };
    return { store, written: await writeSample(folder, source) };
  };

  it("writes an image folder of the five shapes", async () => {
    const { store, written } = await write("/sample", { perClass: 5 });
    expect(written).toEqual({ classes: ["crescent", "flower", "heart", "spiral", "star"], count: 25 });
    expect(await store.list("/sample/heart")).toEqual(["001.png", "002.png", "003.png", "004.png", "005.png"]);
    const { classes, train, val } = await imageFolder("/sample", { store, decoder: sharpDecoder() });
    expect(classes).toEqual(written.classes);
    expect([train.size, val.size]).toEqual([20, 5]);
    expect(await train.load(0)).toMatchObject({ width: 16, height: 16 });
  });

  it("writes the ten sketches for pre-training, none of which is a shape", async () => {
    const { written } = await write("/sample", { task: "sketches", perClass: 1 });
    expect(written.count).toBe(10);
    expect(written.classes.filter((name) => shapes.some((shape) => shape === name))).toEqual([]);
  });

  it("gives the same bytes for the same seed, and adds to them when more are asked for", async () => {
    const [first, more, other] = [
      await write("/s"),
      await write("/s", { perClass: 3 }),
      await write("/s", { seed: 1 }),
    ];
    const bytes = ({ store }: typeof first, path: string) => store.read(path);
    for (const path of ["/s/star/001.png", "/s/spiral/002.png"]) {
      expect(await bytes(more, path)).toEqual(await bytes(first, path));
      expect(await bytes(other, path)).not.toEqual(await bytes(first, path));
    }
  });

  it("does not mix with what is there", async () => {
    const store = memoryStore();
    await store.write("/sample/cat.jpg", "x");
    const failure = writeSample("/sample", { store, encoder: sharpEncoder(), perClass: 1 });
    await expect(failure).rejects.toMatchObject({ code: "write-failed", hint: expect.stringContaining("new folder") });
    expect(await store.list("/sample")).toEqual(["cat.jpg"]);
  });

  it("leaves nothing of a sample that failed, so that it can be drawn again", async () => {
    for (const stood of [false, true]) {
      const store = memoryStore();
      if (stood) await store.makeFolder("/out/sample");
      const { encodePng, encodeJpeg } = sharpEncoder();
      let room = 3;
      const encoder: ImageEncoder = {
        encodePng: async (picture) => {
          if (room-- === 0) throw new HostError("disk-full", "The disk is full.");
          return encodePng(picture);
        },
        encodeJpeg,
      };
      const options = { store, encoder, perClass: 2, size: 16 };
      await expect(writeSample("/out/sample", options)).rejects.toMatchObject({ code: "disk-full" });
      expect(room).toBe(-1);
      expect(await store.kind("/out/sample")).toBe(stood ? "folder" : undefined);
      if (stood) expect(await store.list("/out/sample")).toEqual([]);
      expect((await writeSample("/out/sample", options)).count).toBe(10);
    }
  });

  it("refuses to write no pictures, and unknown options", async () => {
    await expect(write("/s", { perClass: 0 })).rejects.toMatchObject({ code: "bad-option" });
    const misspelt = { perClass: 1, count: 3 };
    await expect(write("/s", misspelt)).rejects.toThrow('writeSample has no option "count"');
  });
});
