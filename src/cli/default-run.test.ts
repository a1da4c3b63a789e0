import { describe, expect, it } from "vitest";
import { HostError } from "../base/errors.ts";
import { memoryStore } from "../store/memory-store.ts";
import { createRunFolder } from "../tasks/run-folder.ts";
import { defaultRun, inDefaultRun } from "./default-run.ts";

it("names a run by its data and its second", () => {
  expect(defaultRun("runs/flowers", "2026-01-31T14:25:30.123Z")).toBe("runs/flowers-20260131-142530");
});

describe("a default run folder", () => {
  const date = () => "2026-01-31T14:25:30.123Z";
  const name = "runs/flowers-20260131-142530";

  /** What a run does with its folder, after it has read a base and pictures. */
  const runIn = (store: ReturnType<typeof memoryStore>) => async (out: string) => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    const folder = await createRunFolder(out, { store });
    await store.write(folder.paths.about, "{}");
    await folder.keep();
    return out;
  };

  it("is never that of another run, though the clock is set back to the same second", async () => {
    const store = memoryStore();
    const outs = [1, 2, 3].map(() => () => inDefaultRun("runs/flowers", { store, date }, runIn(store)));
    const named = [];
    for (const run of outs) named.push(await run());
    expect(named).toEqual([name, `${name}-2`, `${name}-3`]);
  });

  it("is never that of another run which begins in the same second", async () => {
    const store = memoryStore();
    const named = await Promise.all(
      Array.from({ length: 5 }, () => inDefaultRun("runs/flowers", { store, date }, runIn(store))),
    );
    expect(named.sort()).toEqual([name, ...[2, 3, 4, 5].map((number) => `${name}-${number}`)]);
    expect(await store.list("runs")).toHaveLength(5);
  });

  it("is not asked for again where something else exists already, or goes wrong", async () => {
    const store = memoryStore();
    const asked: string[] = [];
    const failing = (error: Error) => (out: string) => {
      asked.push(out);
      return Promise.reject(error);
    };
    const exists = new HostError("run-exists", '"log.csv" exists already.');
    await expect(inDefaultRun("runs/flowers", { store, date }, failing(exists))).rejects.toThrow("log.csv");
    await expect(inDefaultRun("runs/flowers", { store, date }, failing(new Error("other")))).rejects.toThrow("other");
    expect(asked).toEqual([name, name]);
  });
});
