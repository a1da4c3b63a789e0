import { describe, expect, test } from "vitest";
import { storeMethods } from "../../test/fixtures/store-methods.ts";
import { HostError } from "../base/errors.ts";
import { memoryStore } from "../store/memory-store.ts";
import type { Store } from "../store/store.ts";
import { lockRun } from "./run-lock.ts";

async function withFiles(...paths: readonly string[]): Promise<Store> {
  const store = memoryStore();
  for (const path of paths) await store.write(path, path);
  return store;
}

async function settled(store: Store, run = "/runs/a"): Promise<readonly string[]> {
  const lock = await lockRun(run, store);
  await lock.release();
  return store.list("/runs");
}

const temporary = ".regraft-0b5f1c9e-2d3a-4e5f-8a9b-0c1d2e3f4a5b.tmp";

describe("a run folder", () => {
  test("is one process's at a time", async () => {
    const store = memoryStore();
    const lock = await lockRun("/runs/a", store);
    await expect(lockRun("/runs/a", store)).rejects.toMatchObject({
      code: "in-use",
      message: expect.stringContaining('"/runs/a" is being written'),
    });
    await (await lockRun("/runs/b", store)).release();
    await lock.release();
    expect(await settled(store)).toEqual([]);
  });

  test("is locked by its own name, whatever link leads to it", async () => {
    const store = await withFiles("/runs/a/run.json", "/link/run.json");
    const linked = storeMethods(store);
    linked.realPath = async (path) => (path === "/link" ? "/runs/a" : path);
    const lock = await lockRun("/link", linked);
    await expect(lockRun("/runs/a", linked)).rejects.toMatchObject({ code: "in-use" });
    await lock.release();
  });

  test("that has no neighbours is locked inside of it", async () => {
    const store = await withFiles("/runs/a/run.json");
    const walled = storeMethods(store);
    walled.lock = async (path, options) => {
      const cause = Object.assign(new Error("EROFS"), { code: "EROFS" });
      if (!path.startsWith("/runs/a/")) throw new HostError("write-failed", "no", { cause });
      return store.lock(path, options);
    };
    const lock = await lockRun("/runs/a", walled);
    await expect(lockRun("/runs/a", walled)).rejects.toMatchObject({ code: "in-use" });
    await expect(lockRun("/runs/b", walled)).rejects.toMatchObject({ code: "write-failed" });
    await lock.release();
    expect(await store.list("/runs/a")).toEqual(["run.json"]);
  });

  test("is free again where what was left there cannot be put in order", async () => {
    const store = await withFiles("/runs/a/run.json", "/runs/a.regraft-old/run.json");
    const stubborn = storeMethods(store);
    stubborn.remove = () => Promise.reject(new HostError("write-failed", "no"));
    await expect(lockRun("/runs/a", stubborn)).rejects.toMatchObject({ code: "write-failed" });
    expect(await settled(store)).toEqual(["a"]);
  });
});

describe("a swap that was cut off", () => {
  test("after the old run had stepped aside is finished: the new one was complete", async () => {
    const store = await withFiles("/runs/a.regraft-old/run.json", "/runs/a.regraft-new/run.json");
    expect(await settled(store)).toEqual(["a"]);
    expect(await store.readText("/runs/a/run.json")).toBe("/runs/a.regraft-new/run.json");
  });

  test("before the old run was away leaves the new one alone", async () => {
    const store = await withFiles("/runs/a/run.json", "/runs/a.regraft-old/run.json");
    expect(await settled(store)).toEqual(["a"]);
    expect(await store.readText("/runs/a/run.json")).toBe("/runs/a/run.json");
  });

  test("with nothing to take its place gives the old run back", async () => {
    const store = await withFiles("/runs/a.regraft-old/run.json");
    expect(await settled(store)).toEqual(["a"]);
  });

  test("before it began leaves both, for whoever wants to go on with the new one", async () => {
    const store = await withFiles("/runs/a/run.json", "/runs/a.regraft-new/run.json");
    expect(await settled(store)).toEqual(["a", "a.regraft-new"]);
  });
});

describe("what a killed process left inside", () => {
  test("goes: files without a name yet, and folders that were not whole", async () => {
    const store = await withFiles(
      ...["/runs/a/run.json", `/runs/a/${temporary}`, `/runs/a/checkpoints/best/${temporary}`],
      ...["/runs/a/model.partial/config.json", "/runs/a/adapter.partial.2/adapter_config.json"],
      ...["/runs/a/model/config.json", "/runs/a/.regraft-notes.tmp"],
    );
    await settled(store);
    expect(await store.list("/runs/a")).toEqual([".regraft-notes.tmp", "checkpoints", "model", "run.json"]);
    expect(await store.list("/runs/a/checkpoints/best")).toEqual([]);
  });

  test("goes where nothing else is there", async () => {
    const store = await withFiles(`/runs/a/${temporary}`);
    await settled(store);
    expect(await store.list("/runs/a")).toEqual([]);
  });

  test("stays in a folder that is no run, beside the run, and behind links", async () => {
    const store = await withFiles(
      ...[`/home/${temporary}`, "/home/thesis.txt"],
      ...["/runs/a/run.json", `/runs/${temporary}`, `/runs/a/elsewhere/${temporary}`],
    );
    const linked = storeMethods(store);
    linked.entries = async (path) =>
      (await store.entries(path)).map((entry) => ({ ...entry, isLink: entry.name === "elsewhere" }));
    await settled(linked, "/home");
    await settled(linked);
    expect(await store.list("/home")).toEqual([temporary, "thesis.txt"]);
    expect(await store.list("/runs")).toEqual([temporary, "a"]);
    expect(await store.list("/runs/a/elsewhere")).toEqual([temporary]);
  });
});
