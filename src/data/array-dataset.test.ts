import { describe, expect, it } from "vitest";
import { arrayDataset } from "./array-dataset.ts";
import { datasetContract, plainPicture } from "./dataset-contract.ts";
import { subset } from "./subset.ts";

const classes = ["dark", "light"];
const images = [plainPicture(10), plainPicture(20), plainPicture(240), plainPicture(250)];
const labels = [0, 0, 1, 1];
const whole = arrayDataset({ classes, images, labels });

datasetContract("arrayDataset", async () => whole);
datasetContract("subset", async () => subset(whole, [3, 0]));

describe("arrayDataset", () => {
  it("refuses lists that do not fit together, and labels that are no class", () => {
    const code = (options: Partial<Parameters<typeof arrayDataset>[0]>) => () =>
      arrayDataset({ classes, images, labels, ...options });
    expect(code({ labels: [0] })).toThrow("There are 4 images and 1 labels: one each is needed.");
    expect(code({ names: ["a"] })).toThrow("4 images and 1 names");
    expect(code({ labels: [0, 0, 1, 2] })).toThrow(expect.objectContaining({ code: "class-mismatch" }));
  });

  it("calls pictures by the names given", () => {
    expect(arrayDataset({ classes, images, labels, names: ["a", "b", "c", "d"] }).name(2)).toBe("c");
  });
});

describe("subset", () => {
  it("keeps the order asked for, and the classes", async () => {
    const part = subset(whole, [3, 0]);
    expect(part).toMatchObject({ size: 2, classes });
    expect([part.label(0), part.label(1)]).toEqual([1, 0]);
    expect([part.name(0), part.name(1)]).toEqual(["3", "0"]);
    expect((await part.load(0)).data[0]).toBe(250);
  });

  it("refuses indices that the whole does not have", () => {
    expect(() => subset(whole, [0, 4])).toThrow("A data set of 4 examples has no example 4.");
  });
});
