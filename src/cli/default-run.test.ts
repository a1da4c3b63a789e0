import { expect, it } from "vitest";
import { defaultRun } from "./default-run.ts";

it("names a run by its data and its second", () => {
  expect(defaultRun("runs/flowers", "2026-01-31T14:25:30.123Z")).toBe("runs/flowers-20260131-142530");
});
