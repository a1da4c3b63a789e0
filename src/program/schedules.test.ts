import { expect, test } from "vitest";
import { constant, cosine, oneCycle, reduceOnPlateau, type Schedule, stepDecay } from "./schedules.ts";

const overSteps = (schedule: Schedule, totalSteps: number) =>
  Array.from({ length: totalSteps }, (_, step) => schedule.factor({ step, totalSteps, epoch: 0, losses: [] }));

test("constant stays at 1", () => {
  expect(overSteps(constant(), 3)).toEqual([1, 1, 1]);
});

test("cosine climbs in a straight line, then falls by half a cosine", () => {
  expect(overSteps(cosine({ warmup: 0.5 }), 8)).toBeAllclose([0.25, 0.5, 0.75, 1, 1, 0.853553, 0.5, 0.146447], {
    rtol: 1e-5,
  });
  expect(overSteps(cosine({ floor: 0.1 }), 1000).at(-1)).toBeCloseTo(0.1, 4);
});

test("stepDecay drops after every so many epochs", () => {
  const at = (epoch: number) =>
    stepDecay({ every: 2, gamma: 0.5 }).factor({ step: 0, totalSteps: 9, epoch, losses: [] });
  expect([0, 1, 2, 3, 4].map(at)).toEqual([1, 1, 0.5, 0.5, 0.25]);
});

test("oneCycle equals PyTorch's OneCycleLR(max_lr=1, total_steps=10)", () => {
  const pytorch = [
    0.04, 0.52, 1.0, 0.9504846320134737, 0.8117456539497631, 0.6112620219362892, 0.3887399780637107, 0.1882583460502369,
    0.04951936798652621, 4e-6,
  ];
  expect(overSteps(oneCycle(), 10)).toBeAllclose(pytorch, { rtol: 2e-4, atol: 1e-5 });
});

test("reduceOnPlateau drops once for every run of epochs without a new best", () => {
  const factor = (losses: readonly number[]) =>
    reduceOnPlateau({ patience: 2, gamma: 0.5 }).factor({ step: 0, totalSteps: 9, epoch: losses.length, losses });
  expect(factor([3, 2, 1])).toBe(1);
  expect(factor([1, 2, 1.5])).toBe(0.5);
  expect(factor([1, 2, 1.5, 0.5, 0.6])).toBe(0.5);
  expect(factor([1, 2, 2, 2, 2])).toBe(0.25);
});

test("options out of range are refused by name", () => {
  expect(() => cosine({ warmup: 1 })).toThrowError(/warmup must be a number from 0 below 1, not 1/);
  expect(() => stepDecay({ every: 0 })).toThrowError(/every/);
  expect(() => oneCycle(JSON.parse('{ "peak": 3 }'))).toThrowError(/no option "peak"/);
});
