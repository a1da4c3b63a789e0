import { expect, test } from "vitest";
import { runFiles } from "../../test/fixtures/report.ts";
import { runReport } from "./run-folder-report.ts";
import { keptEpoch } from "./sections/curves.ts";

const { about, history } = runFiles();
const edited = (change: object) => JSON.stringify({ ...JSON.parse(about), ...change });

test("reads a run's own files", () => {
  const report = runReport({ about, history });
  expect(report).toMatchObject({
    title: "flowers",
    status: "finished",
    classes: ["daisy", "dandelion", "rose", "sunflower", "tulip"],
    examples: { train: 750, val: 250 },
    phases: [
      { name: "head", epochs: 8 },
      { name: "tune", epochs: 3 },
    ],
    result: { valAccuracy: 0.892 },
    command: ["npx", "regraft", "train", "photos/flowers", "--model", "models/mobilenet_v2_1.0_224"].concat([
      "--head-epochs",
      "8",
      "--tune-epochs",
      "3",
      "--threads",
      "2",
    ]),
  });
  expect(report.history.map(({ phase, epoch }) => `${phase} ${epoch}`).slice(7, 9)).toEqual(["head 8", "tune 9"]);
  expect(report.settings).toContainEqual({ name: "head learning rate", value: "0.003", from: "default" });
  expect(report.settings).toContainEqual({ name: "hidden", value: "none", from: "default" });
});

test("leaves out half a line that a cut-off run wrote, and keeps a NaN as null", () => {
  const line = '{"phase":"head","epoch":1,"loss":null,"valLoss":0.5}\n';
  expect(runReport({ about, history: `${line}{"phase":"he` }).history).toEqual([
    { phase: "head", epoch: 1, readings: { loss: null, valLoss: 0.5 } },
  ]);
});

test("a run that is under way, or failed, has no result", () => {
  const { result, phases, status } = runReport({
    about: edited({ status: "running", result: undefined }),
    history: "",
  });
  expect([result, phases, status]).toEqual([undefined, [], "running"]);
});

test("accuracy that was not a number is none", () => {
  const { result: whole } = JSON.parse(about);
  const { result } = runReport({ about: edited({ result: { ...whole, valAccuracy: null } }), history });
  expect(result?.valAccuracy).toBeUndefined();
});

test.each(["{", "[]", edited({ status: "gone" })])("refuses a run.json that is none", (text) => {
  expect(() => runReport({ about: text, history })).toThrow("run.json is not what a run writes");
});

test("refuses a history that is none", () => {
  expect(() => runReport({ about, history: "epoch,loss\n" })).toThrow("history.jsonl is not what a run writes");
});

test("knows by what the epoch that was kept is best", () => {
  const { options } = JSON.parse(about);
  const by = (metric: string) =>
    runReport({ about: edited({ options: { ...options, metric: { value: metric, from: "given" } } }), history })
      .monitor;
  expect(by("macroF1")).toEqual({ reading: "valMacroF1", title: "macro f1", better: "higher" });
  expect(by("brierScore")).toMatchObject({ reading: "valBrierScore", better: "lower" });
  expect([by("loss"), runReport({ about, history }).monitor]).toEqual([undefined, undefined]);
});

test("finds that epoch", () => {
  const points = [0.5, 0.9, 0.9].map((valMacroF1, at) => ({
    ...{ phase: "head", epoch: at + 1 },
    readings: { valLoss: 1 - at / 10, valMacroF1 },
  }));
  expect(keptEpoch(points, { reading: "valMacroF1", better: "higher" })).toBe(2);
  expect(keptEpoch(points)).toBe(3);
});
