import { expect, test } from "vitest";
import { growthOf, leaksOf, type Sample } from "./growth.ts";

/** A sample after each of 100 steps. */
const run = (held: (step: number) => Partial<Sample>): readonly Sample[] =>
  Array.from({ length: 100 }, (_, at) => ({
    step: at + 1,
    rssBytes: 1e8,
    handles: 20,
    threads: 12,
    decoders: 4,
    ...held(at + 1),
  }));

const leaks = (held: (step: number) => Partial<Sample>) => leaksOf(growthOf(run(held)), { mostGrowth: 0.05 });

test("a run that holds what it held has no leaks", () => {
  expect(leaks(() => ({}))).toEqual([]);
});

test("what is taken while it warms up is none", () => {
  expect(leaks((step) => ({ rssBytes: step < 10 ? 1e6 : 1e8, handles: step < 10 ? 1 : 20 }))).toEqual([]);
});

test("memory that grows step by step is one, from 5% on", () => {
  expect(leaks((step) => ({ rssBytes: 1e8 * (1 + step / 1000) }))).toEqual(["memory grew by 5.8%, more than 5%"]);
  expect(leaks((step) => ({ rssBytes: 1e8 * (1 + step / 2000) }))).toEqual([]);
});

test("a single handle or thread more is one", () => {
  expect(leaks((step) => ({ handles: step > 50 ? 21 : 20 }))).toEqual(["open handles grew from 20 to 21"]);
  expect(leaks((step) => ({ threads: step > 50 ? 13 : 12 }))).toEqual(["threads grew from 12 to 13"]);
});

test("files that are open for a moment are none", () => {
  expect(leaks((step) => ({ handles: 20 + (step % 7) }))).toEqual([]);
});

test("threads that decode come and go, within what can be at work", () => {
  const samples = run((step) => ({ decoders: step > 50 ? 8 : 4 }));
  expect(leaksOf(growthOf(samples), { mostGrowth: 0, decoders: 8 })).toEqual([]);
  expect(leaksOf(growthOf(samples), { mostGrowth: 0, decoders: 7 })).toEqual([
    "8 threads decoded pictures, where 7 can have something to do",
  ]);
});

test("tells the parts that it compared, and the most", () => {
  const growth = growthOf(run((step) => ({ rssBytes: step === 60 ? 3e8 : 1e8 + step })));
  expect(growth).toMatchObject({ rssBytes: { early: 1e8 + 30.5, late: 1e8 + 90.5 }, mostBytes: 3e8 });
});

test("a run with too few samples is not judged", () => {
  expect(() => growthOf([])).toThrow(RangeError);
});
