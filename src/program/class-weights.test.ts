import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { goldenUrl } from "../../test/golden.ts";
import { graphBuilder } from "../onnx/builder.ts";
import { balancedWeights, weightedLosses } from "./class-weights.ts";

test("balanced weights are scikit-learn's, and the mean weight of an example is 1", () => {
  const { classWeights } = JSON.parse(readFileSync(goldenUrl("metrics/metrics.json"), "utf8")) as {
    readonly classWeights: { readonly counts: readonly number[]; readonly balanced: readonly number[] };
  };
  const { counts, balanced } = classWeights;
  const found = balancedWeights(counts);
  expect(found).toBeAllclose(balanced);
  expect(found.reduce((sum, weight, at) => sum + weight * (counts[at] ?? 0), 0)).toBeCloseTo(80, 9);
  expect(balancedWeights([4, 0, 4])).toEqual([1, 0, 1]);
});

test("weights that do not fit the targets are refused", () => {
  const g = graphBuilder();
  const [losses, targets] = [g.input("l", "float32", ["N"]), g.input("t", "float32", ["N", 3])];
  expect(() => weightedLosses(g, losses, { targets, weights: [1, 2] })).toThrow(
    expect.objectContaining({ code: "bad-shape", message: "2 weights of classes do not fit 3 targets." }),
  );
});
