import { describe, expect, it } from "vitest";
import { MemoryBudget } from "../base/memory-budget.ts";
import type { RgbImage } from "../image/image.ts";
import { arrayDataset } from "./array-dataset.ts";
import type { Dataset } from "./dataset.ts";
import { datasetContract, plainPicture } from "./dataset-contract.ts";
import { PreparedPictures } from "./prepared-pictures.ts";

const images = [plainPicture(10), plainPicture(20), plainPicture(240)];
const whole = arrayDataset({ classes: ["dark", "light"], images, labels: [0, 0, 1] });

/** One pixel of each picture, three bytes. */
const prepare = ({ data }: RgbImage): RgbImage => ({ width: 1, height: 1, data: data.slice(0, 3) });

/** A data set that counts how often each picture is read. */
function counting(): Dataset & { readonly reads: number[] } {
  const reads = [0, 0, 0];
  const load = (index: number) => {
    reads[index] = (reads[index] ?? 0) + 1;
    return whole.load(index);
  };
  return { ...whole, load, reads };
}

const pictures = (bytes: number) => new PreparedPictures({ prepare, memory: new MemoryBudget(bytes) });

datasetContract("PreparedPictures", async () => pictures(1000).of(whole));
datasetContract("PreparedPictures without room", async () => pictures(0).of(whole));

describe("PreparedPictures", () => {
  it("reads each picture once, however often the data set is asked for", async () => {
    const dataset = counting();
    const prepared = pictures(9);
    for (let pass = 0; pass < 3; pass++) {
      for (const index of [2, 0, 1])
        expect((await prepared.of(dataset).load(index)).data).toEqual(images[index]?.data.slice(0, 3));
    }
    expect(dataset.reads).toEqual([1, 1, 1]);
  });

  it("reads again what there was no room for", async () => {
    const dataset = counting();
    const prepared = pictures(7).of(dataset);
    for (let pass = 0; pass < 3; pass++) for (const index of [0, 1, 2]) await prepared.load(index);
    expect(dataset.reads).toEqual([1, 1, 3]);
  });

  it("keeps data sets apart that share the room", async () => {
    const [first, second] = [counting(), counting()];
    const prepared = pictures(6);
    for (let pass = 0; pass < 2; pass++) {
      await prepared.of(first).load(0);
      await prepared.of(second).load(0);
      await prepared.of(second).load(1);
    }
    expect([first.reads, second.reads]).toEqual([
      [1, 0, 0],
      [1, 2, 0],
    ]);
  });

  it("knows pictures by name, where a data set loses an example", async () => {
    const indices = [0, 1, 2];
    const shrinking: Dataset = {
      ...whole,
      name: (index) => whole.name(indices[index] ?? -1),
      load: (index) => whole.load(indices[index] ?? -1),
    };
    const prepared = pictures(100);
    for (const index of indices) await prepared.of(shrinking).load(index);
    indices.shift();
    expect((await prepared.of(shrinking).load(0)).data).toEqual(images[1]?.data.slice(0, 3));
  });

  it("keeps nothing of a picture that cannot be read", async () => {
    let isBroken = true;
    const load = async (index: number) => {
      if (isBroken) throw new Error("broken");
      return whole.load(index);
    };
    const prepared = pictures(9).of({ ...whole, load });
    await expect(prepared.load(0)).rejects.toThrow("broken");
    isBroken = false;
    expect((await prepared.load(0)).width).toBe(1);
  });
});
