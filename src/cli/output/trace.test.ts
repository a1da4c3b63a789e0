import { expect, it } from "vitest";
import { traceOf } from "./trace.ts";

it("shows an error's place, and below it its causes", () => {
  const first = new RangeError("first");
  const trace = traceOf(new Error("second", { cause: first })) ?? "";
  expect(trace).toMatch(/^Error: second\n\s+at .*trace\.test\.ts/);
  expect(trace).toContain("\ncaused by RangeError: first\n");
});

it("ends where causes run in a circle, and says nothing of what is no error", () => {
  const error = new Error("round");
  error.cause = error;
  expect(traceOf(error)?.match(/Error: round/g)?.length).toBe(8);
  expect(traceOf("text")).toBeUndefined();
});
