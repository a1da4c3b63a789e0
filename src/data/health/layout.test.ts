import { describe, expect, it } from "vitest";
import { storeOf } from "../dataset-contract.ts";
import { layoutFindings } from "./layout-findings.ts";
import { surveyFolder } from "./survey.ts";

const numbered = (folder: string, count: number) => Array.from({ length: count }, (_, at) => `${folder}/${at}.jpg`);

async function findingsOf(files: readonly string[], { folders = [], val }: { folders?: string[]; val?: string } = {}) {
  const survey = await surveyFolder("/data", { store: await storeOf(files, folders), val, seed: 0 });
  return layoutFindings(survey).map(({ severity, code, sentence }) => `${severity} ${code}: ${sentence}`);
}

const both = (ants: number, bees: number, part = "train") => [
  ...numbered(`/data/${part}/ants`, ants),
  ...numbered(`/data/${part}/bees`, bees),
];

describe("findings about the layout", () => {
  it("are none for two classes of like size", async () => {
    expect(await findingsOf([...both(20, 25), ...both(6, 5, "val")])).toEqual([]);
    expect(await findingsOf([...numbered("/data/ants", 30), ...numbered("/data/bees", 40)])).toEqual([]);
  });

  it("tell of an empty class and of classes that validation lacks or has alone, which training refuses", async () => {
    const files = [...both(20, 25), ...numbered("/data/train/wasps", 20), ...numbered("/data/val/ants", 9)];
    expect(await findingsOf([...files, ...numbered("/data/val/Bees", 9)], { folders: ["/data/val/wasps"] })).toEqual([
      'error empty-class: 1 class of "val" has no picture: wasps.',
      'error class-missing: "val" lacks 1 class that training has: bees.',
      'error class-unknown: "val" has 1 class that training lacks: Bees.',
      "note few-to-validate: 2 classes have fewer than 5 pictures to validate with: bees, wasps.",
    ]);
  });

  it("take a test folder beside validation for a split of its own, which may lack classes", async () => {
    expect(await findingsOf([...both(20, 25), ...both(9, 9, "val"), ...numbered("/data/test/ants", 3)])).toEqual([
      'warning class-missing: "test" lacks 1 class that training has: bees.',
    ]);
  });

  it("tell of few pictures and of uneven classes, more loudly the more uneven", async () => {
    expect(await findingsOf([...both(9, 90), ...both(5, 5, "val")])).toEqual([
      "warning few-pictures: 1 class has fewer than 10 pictures to train on: ants.",
      'warning imbalance: "bees" has 10 times the training pictures of "ants": 90 and 9.',
    ]);
    expect(await findingsOf([...both(20, 70), ...both(5, 5, "val")])).toEqual([
      'note imbalance: "bees" has 3.5 times the training pictures of "ants": 70 and 20.',
    ]);
  });

  it("tell of a single class, and of one picture per class", async () => {
    expect((await findingsOf(numbered("/data/ants", 50)))[0]).toBe(
      "error one-class: There is only one class, ants, in /data: at least two are needed.",
    );
    expect((await findingsOf(["/data/ants/1.jpg", "/data/bees/1.jpg"]))[0]).toBe(
      "error nothing-held-out: There is one picture per class at most: none can be held out for validation.",
    );
  });

  it("tell of files that are not read, but not of a readme", async () => {
    const stray = ["/data/ants/a.heic", "/data/ants/b.bmp", "/data/loose.jpg", "/data/README.md", "/data/ants/.hidden"];
    expect(await findingsOf([...numbered("/data/ants", 30), ...numbered("/data/bees", 40), ...stray])).toEqual([
      "note files-ignored: 3 files are not read.",
    ]);
  });
});

it("a folder without class folders is refused as training refuses it", async () => {
  await expect(findingsOf(["/data/1.jpg"])).rejects.toMatchObject({ code: "one-class" });
});

it("a folder named for validation takes the place of the data's own", async () => {
  const files = [...both(20, 25), ...both(9, 9, "val"), "/other/ants/1.jpg", "/other/bees/1.jpg"];
  const survey = await surveyFolder("/data", { store: await storeOf(files), val: "/other", seed: 0 });
  expect(survey.splits.map(({ name, folder, pictures }) => [name, folder, pictures.length])).toEqual([
    ["train", "/data/train", 45],
    ["val", "/other", 2],
  ]);
});
