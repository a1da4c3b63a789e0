import { describe, expect, it } from "vitest";
import { DataError } from "../base/errors.ts";
import { arrayDataset } from "./array-dataset.ts";
import { badImageLedger, badImageLedgers } from "./bad-images.ts";
import { plainPicture } from "./dataset-contract.ts";

const dataset = arrayDataset({
  classes: ["a", "b"],
  images: Array.from({ length: 20 }, (_, at) => plainPicture(at)),
  labels: Array.from({ length: 20 }, (_, at) => at % 2),
  names: Array.from({ length: 20 }, (_, at) => `a/${at}.jpg`),
});

const failure = (index: number) =>
  new DataError("unreadable-image", `a/${index}.jpg: it is text.`, {
    cause: new DataError("unreadable-image", "it is text."),
  });

it("lists each bad picture once, with its name and the decoder's reason", () => {
  const ledger = badImageLedger({ dataset });
  for (const index of [7, 2, 7, 2]) ledger.add(index, failure(index));
  expect(ledger.count).toBe(2);
  expect(ledger.list()).toEqual([
    { index: 2, name: "a/2.jpg", reason: "it is text." },
    { index: 7, name: "a/7.jpg", reason: "it is text." },
  ]);
});

it("keeps the words of an error that has no cause", () => {
  const ledger = badImageLedger({ dataset });
  ledger.add(0, new DataError("unreadable-image", "1 x 1 is too small."));
  expect(ledger.list()[0]?.reason).toBe("1 x 1 is too small.");
});

it("throws as soon as there are more than allowed, naming the first few", () => {
  const ledger = badImageLedger({ dataset });
  ledger.add(0, failure(0));
  ledger.add(1, failure(1));
  expect(() => ledger.add(2, failure(2))).toThrow(
    expect.objectContaining({
      code: "too-many-bad-images",
      message:
        "3 of 20 pictures of the data cannot be read, and 10% may be bad:\n  a/0.jpg: it is text.\n  a/1.jpg: it is text.\n  a/2.jpg: it is text.",
      hint: expect.stringContaining("--max-bad-fraction"),
    }),
  );
});

it("shortens a long list", () => {
  const ledger = badImageLedger({ dataset, maxFraction: 0.3 });
  for (let index = 0; index < 6; index++) ledger.add(index, failure(index));
  expect(() => ledger.add(6, failure(6))).toThrow(/a\/4\.jpg: it is text\.\n {2}and 2 more$/);
});

it("allows none, or all but the last", () => {
  expect(() => badImageLedger({ dataset, maxFraction: 0 }).add(0, failure(0))).toThrow("1 of 20 pictures");
  const lenient = badImageLedger({ dataset, maxFraction: 1 });
  for (let index = 0; index < 19; index++) lenient.add(index, failure(index));
  expect(lenient.count).toBe(19);
  expect(() => lenient.add(19, failure(19))).toThrow(expect.objectContaining({ code: "no-images" }));
  expect(() => badImageLedger({ dataset, maxFraction: 1.1 })).toThrow("maxFraction must be a number from 0 up to 1");
});

describe("data sets that are expected together", () => {
  const sized = (size: number, folder: string) =>
    arrayDataset({
      classes: ["a", "b"],
      images: Array.from({ length: size }, (_, at) => plainPicture(at)),
      labels: Array.from({ length: size }, (_, at) => at % 2),
      names: Array.from({ length: size }, (_, at) => `${folder}/${at}.jpg`),
    });
  const [train, val] = [sized(54, "train"), sized(11, "val")];

  it("share one allowance: two bad of 65 are few, though both are in the small one", () => {
    const ledgers = badImageLedgers();
    ledgers.expect([train, val]);
    for (const index of [3, 7]) ledgers.for(val).add(index, failure(index));
    for (const index of [1, 2, 3, 4]) ledgers.for(train).add(index, failure(index));
    expect([ledgers.for(train).count, ledgers.for(val).count]).toEqual([4, 2]);
    expect(() => ledgers.for(val).add(9, failure(9))).toThrow(
      expect.objectContaining({
        code: "too-many-bad-images",
        message: expect.stringMatching(
          /^7 of 65 pictures of the data cannot be read, and 10% may be bad:\n {2}train\/1\.jpg: [\s\S]*and 2 more$/,
        ),
      }),
    );
    expect(ledgers.list().map(({ name }) => name)).toEqual(
      [3, 7, 9].map((at) => `val/${at}.jpg`).concat([1, 2, 3, 4].map((at) => `train/${at}.jpg`)),
    );
  });

  it("stop where one of them has nothing left, however few that are", () => {
    const ledgers = badImageLedgers();
    const tiny = sized(1, "val");
    ledgers.expect([train, tiny]);
    expect(() => ledgers.for(tiny).add(0, failure(0))).toThrow(
      expect.objectContaining({ code: "no-images", message: expect.stringContaining("val/0.jpg") }),
    );
  });

  it("keep what was noted, and take the newest fraction", () => {
    const ledgers = badImageLedgers();
    ledgers.expect([train], { maxFraction: 0.5 });
    const ledger = ledgers.for(train);
    for (let index = 0; index < 6; index++) ledger.add(index, failure(index));
    ledgers.expect([train, val]);
    expect(ledgers.for(train)).toBe(ledger);
    expect(() => ledgers.for(val).add(0, failure(0))).toThrow("7 of 65 pictures of the data");
  });

  it("leave one that was not expected to itself", () => {
    const ledgers = badImageLedgers();
    ledgers.expect([train]);
    ledgers.for(val).add(0, failure(0));
    expect(() => ledgers.for(val).add(1, failure(1))).toThrow("2 of 11 pictures of the data");
  });

  it("refuse a fraction that is none", () => {
    expect(() => badImageLedgers().expect([train], { maxFraction: -1 })).toThrow("maxFraction must be a number from 0");
  });
});
