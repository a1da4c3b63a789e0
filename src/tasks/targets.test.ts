import { describe, expect, test } from "vitest";
import { drawnPictures } from "../../test/fixtures/pictures.ts";
import { binaryCrossEntropy, meanSquaredError, softmaxCrossEntropy } from "../program/losses.ts";
import { defaultLoss, targetsOf, unitsFor } from "./targets.ts";

const two = drawnPictures({ classes: 2, perClass: 1 });
const five = drawnPictures({ classes: 5, perClass: 1 });
const labelled = { ...two, targets: () => [0.25, 1] };

test("two classes are one logit under binary cross-entropy, more are one each under softmax", () => {
  expect([defaultLoss(2), defaultLoss(3)]).toEqual(["binaryCrossEntropy", "softmaxCrossEntropy"]);
  expect([unitsFor("binaryCrossEntropy", two), unitsFor("softmaxCrossEntropy", two)]).toEqual([1, 2]);
  expect([unitsFor("binaryCrossEntropy", five), unitsFor("softmaxCrossEntropy", five)]).toEqual([5, 5]);
  expect([unitsFor("meanSquaredError", two), unitsFor("binaryCrossEntropy", labelled)]).toEqual([2, 2]);
});

describe("targetsOf", () => {
  test("is 0 or 1 for a single logit", () => {
    const target = targetsOf(two, { loss: binaryCrossEntropy(), units: 1 });
    expect([target(0), target(1)]).toEqual([[0], [1]]);
  });

  test.each([softmaxCrossEntropy(), binaryCrossEntropy(), meanSquaredError()])(
    "is one-hot for one logit per class",
    (loss) => {
      const target = targetsOf(five, { loss, units: 5 });
      expect([target(0), target(3)]).toEqual([
        [1, 0, 0, 0, 0],
        [0, 0, 0, 1, 0],
      ]);
    },
  );

  test("is what the data set says, where it says more than a label", () => {
    expect(targetsOf(labelled, { loss: binaryCrossEntropy(), units: 2 })(0)).toEqual([0.25, 1]);
  });

  test("a single logit is not for softmax or squared error: they would learn nothing, or another scale", () => {
    for (const loss of [softmaxCrossEntropy(), meanSquaredError()]) {
      expect(() => targetsOf(two, { loss, units: 1 })).toThrow(
        expect.objectContaining({ code: "bad-option", hint: `End the head with dense(2) for ${loss.name}.` }),
      );
    }
  });
});
