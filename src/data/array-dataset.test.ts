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

  it("gives the targets of each picture, in a subset too", () => {
    const targets = [
      [0, 0, 0.5],
      [0, 1, -2],
      [1, 0, 3],
      [1, 1, 4],
    ];
    const dataset = arrayDataset({ classes, images, labels, targets });
    expect(dataset.targets?.(1)).toEqual([0, 1, -2]);
    expect(subset(dataset, [3, 1]).targets?.(0)).toEqual([1, 1, 4]);
    expect(() => dataset.targets?.(4)).toThrow(expect.objectContaining({ code: "bad-option" }));
    expect(subset(whole, [1]).targets).toBeUndefined();
  });

  it("refuses targets that are too few, of several lengths, or no numbers", () => {
    const make = (targets: readonly (readonly number[])[]) => () => arrayDataset({ classes, images, labels, targets });
    expect(make([[1]])).toThrow("4 images and 1 targets");
    expect(make([[1, 2], [3], [4, 5], [6, 7]])).toThrow(
      "The targets of picture 1 are [3]: 2 finite numbers are needed",
    );
    expect(make([[1], [2], [3], [Number.NaN]])).toThrow("The targets of picture 3 are [NaN]: 1 finite numbers");
    expect(make([[], [], [], []])).toThrow("The targets of picture 0 are []: one or more finite numbers");
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
