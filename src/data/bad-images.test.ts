import { expect, it } from "vitest";
import { DataError } from "../base/errors.ts";
import { arrayDataset } from "./array-dataset.ts";
import { badImageLedger } from "./bad-images.ts";
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
  ledger.add(0, new DataError("image-too-small", "1 x 1 is too small."));
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
        "3 of 20 pictures cannot be read, and 10% may be bad:\n  a/0.jpg: it is text.\n  a/1.jpg: it is text.\n  a/2.jpg: it is text.",
      hint: expect.stringContaining("--max-bad-fraction"),
    }),
  );
});

it("shortens a long list", () => {
  const ledger = badImageLedger({ dataset, maxFraction: 0.3 });
  for (let index = 0; index < 6; index++) ledger.add(index, failure(index));
  expect(() => ledger.add(6, failure(6))).toThrow(/a\/4\.jpg: it is text\.\n {2}and 2 more$/);
});

it("allows none, or all", () => {
  expect(() => badImageLedger({ dataset, maxFraction: 0 }).add(0, failure(0))).toThrow("1 of 20 pictures");
  const lenient = badImageLedger({ dataset, maxFraction: 1 });
  for (let index = 0; index < 20; index++) lenient.add(index, failure(index));
  expect(lenient.count).toBe(20);
  expect(() => badImageLedger({ dataset, maxFraction: 1.1 })).toThrow("maxFraction must be a number from 0 up to 1");
});
