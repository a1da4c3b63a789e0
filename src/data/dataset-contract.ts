import { describe, expect, it } from "vitest";
import { DataError } from "../base/errors.ts";
import type { ImageDecoder, RgbImage } from "../image/image.ts";
import { memoryStore } from "../store/memory-store.ts";
import type { Store } from "../store/store.ts";
import type { Dataset } from "./dataset.ts";

/** What every Dataset must do. The data set made must have examples, all of them readable. */
export function datasetContract(name: string, make: () => Promise<Dataset>): void {
  describe(`${name} as a data set`, () => {
    it("labels every example with one of its classes", async () => {
      const dataset = await make();
      expect(dataset.size).toBeGreaterThan(0);
      for (let index = 0; index < dataset.size; index++) {
        expect(dataset.classes[dataset.label(index)]).toBeTypeOf("string");
      }
      expect(new Set(dataset.classes).size).toBe(dataset.classes.length);
    });

    it("gives every example a name of its own", async () => {
      const dataset = await make();
      const names = Array.from({ length: dataset.size }, (_, index) => dataset.name(index));
      expect(names.every((name) => name.length > 0)).toBe(true);
      expect(new Set(names).size).toBe(dataset.size);
    });

    it("loads RGB bytes, the same ones each time and at the same time", async () => {
      const dataset = await make();
      for (let index = 0; index < dataset.size; index++) {
        const [first, second] = await Promise.all([dataset.load(index), dataset.load(index)]);
        expect(first.data.length).toBe(first.width * first.height * 3);
        expect(first.data.length).toBeGreaterThan(0);
        expect(second).toEqual(first);
      }
    });

    it("refuses an index that it does not have", async () => {
      const dataset = await make();
      for (const index of [-1, dataset.size, 0.5]) {
        expect(() => dataset.label(index)).toThrow(expect.objectContaining({ code: "bad-option" }));
        expect(() => dataset.name(index)).toThrow(expect.objectContaining({ code: "bad-option" }));
        await expect(dataset.load(index)).rejects.toMatchObject({ code: "bad-option" });
      }
    });
  });
}

/** A picture of one colour. */
export const plainPicture = (value: number, { width = 2, height = 1 } = {}): RgbImage => ({
  width,
  height,
  data: new Uint8Array(width * height * 3).fill(value),
});

/** Decodes files that hold a number as their text to a picture of that grey; anything else is unreadable. */
export const plainDecoder: ImageDecoder = {
  async decode(bytes) {
    const text = String.fromCharCode(...bytes);
    if (!/^\d+$/.test(text)) throw new DataError("unreadable-image", `This is not a picture: ${text}.`);
    return plainPicture(Number(text));
  },
};

/** A store in memory that holds these files; each picture's content is its place in the list, so that all differ. */
export async function storeOf(files: readonly string[], folders: readonly string[] = []): Promise<Store> {
  const store = memoryStore();
  for (const [at, file] of files.entries()) await store.write(file, String(at));
  for (const folder of folders) await store.makeFolder(folder);
  return store;
}
