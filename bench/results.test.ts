import { describe, expect, it } from "vitest";
import { mergeResults, parseResults, type Results } from "./results.ts";
import { about, step } from "./test-records.ts";

const results = (part: Partial<Results["about"]>, records: Results["records"] = []): Results => ({
  about: { ...about, ...part },
  records,
});

describe("parseResults", () => {
  it("reads what was written", () => {
    const written = results({}, [step({ round: 1 }), { ...failure, round: 2 }]);
    expect(parseResults(JSON.stringify(written), "a.json")).toEqual(written);
  });

  it.each(["", "{}", '{"about":{},"records":[]}'])("refuses %j", (text) => {
    expect(() => parseResults(text, "a.json")).toThrow("--from: a.json does not hold results of this benchmark.");
  });
});

describe("mergeResults", () => {
  it("counts the rounds of the same measurement on, and of no other", () => {
    const first = results({}, [step({ round: 1 }), step({ round: 2 })]);
    const second = results({}, [step({ round: 1 }), step({ round: 1, network: "vgg16" }), { ...failure, round: 1 }]);
    expect(mergeResults([first, second]).records.map(({ round }) => round)).toEqual([1, 2, 3, 1, 3]);
  });

  it("keeps the later date, all versions and each note once", () => {
    const first = results({ date: "2026-03-02", versions: { node: "20", torch: "2" }, notes: ["a"] });
    const second = results({ date: "2026-03-01", versions: { node: "20", keras: "3" }, notes: ["a", "b"] });
    const versions = { node: "20", torch: "2", keras: "3" };
    expect(mergeResults([first, second]).about).toMatchObject({ date: "2026-03-02", versions, notes: ["a", "b"] });
  });

  it("refuses results that one table cannot hold", () => {
    const refused = (part: Partial<Results["about"]>) => () => mergeResults([results({}), results(part)]);
    expect(refused({ threads: 1 })).toThrow("differ in machine or threads");
    expect(refused({ versions: { node: "22" } })).toThrow("differ in versions of node");
  });
});

const failure = { type: "failure", contestant: "keras", what: "resnet18 full", reason: "MemoryError" } as const;
