import { describe, expect, test } from "vitest";
import { filesIn, writeAll } from "../../test/fixtures/furnished.ts";
import { storeMethods } from "../../test/fixtures/store-methods.ts";
import { HostError } from "../base/errors.ts";
import { memoryStore } from "../store/memory-store.ts";
import type { Store } from "../store/store.ts";
import { createRunFolder, modelFolderOf, reopenRunFolder } from "./run-folder.ts";

async function withRun() {
  const store = memoryStore();
  await store.write("/runs/a/run.json", "old");
  await store.write("/runs/a/model/config.json", "old");
  return store;
}

describe("createRunFolder", () => {
  test("makes a folder where there is none", async () => {
    const store = memoryStore();
    const { path, paths } = await createRunFolder("/runs/a", { store });
    expect(await store.kind(path)).toBe("folder");
    expect(paths).toEqual({
      root: "/runs/a",
      adapter: "/runs/a/adapter",
      model: "/runs/a/model",
      history: "/runs/a/history.jsonl",
      csv: "/runs/a/history.csv",
      tensorBoard: "/runs/a/tensorboard",
      about: "/runs/a/run.json",
      evaluation: "/runs/a/evaluation.json",
      health: "/runs/a/health.json",
      report: "/runs/a/report.html",
      checkpoints: "/runs/a/checkpoints",
    });
  });

  test("takes an empty folder that is there", async () => {
    const store = memoryStore();
    await store.makeFolder("/runs/a");
    const run = await createRunFolder("/runs/a", { store });
    await store.write(run.paths.about, "new");
    await run.keep();
    expect(await store.list("/runs")).toEqual(["a"]);
  });

  test("refuses an existing run, which stays as it is", async () => {
    const store = await withRun();
    await expect(createRunFolder("/runs/a", { store })).rejects.toMatchObject({
      code: "run-exists",
      hint: expect.stringContaining("--overwrite"),
    });
    expect(await store.readText("/runs/a/run.json")).toBe("old");
  });

  test("with overwrite, the old run goes when the new one is complete", async () => {
    const store = await withRun();
    const run = await createRunFolder("/runs/a", { store, overwrite: true });
    await store.write(run.paths.about, "new");
    expect(await store.readText("/runs/a/run.json")).toBe("old");
    await run.keep();
    expect([await store.list("/runs"), await store.list("/runs/a")]).toEqual([["a"], ["run.json"]]);
  });

  test("with overwrite, the old run stays when the new one fails, however far it came", async () => {
    const store = await withRun();
    const run = await createRunFolder("/runs/a", { store, overwrite: true });
    await store.write(run.paths.about, "new");
    await store.write(store.join(run.paths.checkpoints, "after-epoch-1-step-0-00000000.safetensors"), "new");
    await run.fail();
    expect(await store.list("/runs")).toEqual(["a"]);
    expect(await store.readText("/runs/a/run.json")).toBe("old");
    expect(await store.readText("/runs/a/model/config.json")).toBe("old");
  });

  test.each([true, false])("never takes the place of what is no run (overwrite %s)", async (overwrite) => {
    const store = memoryStore();
    await store.write("/home/thesis.txt", "years of work");
    const failure = { code: "run-exists", message: expect.stringContaining("is not a run folder") };
    await expect(createRunFolder("/home", { store, overwrite })).rejects.toMatchObject(failure);
    await expect(createRunFolder("/home/thesis.txt", { store, overwrite })).rejects.toMatchObject(failure);
    expect(await store.readText("/home/thesis.txt")).toBe("years of work");
  });

  test("is nobody else's until the run is kept, has failed, or could not begin", async () => {
    const store = await withRun();
    const inUse = { code: "in-use", message: expect.stringContaining('"/runs/b" is being written') };
    const kept = await createRunFolder("/runs/b", { store });
    await expect(createRunFolder("/runs/b/", { store })).rejects.toMatchObject(inUse);
    await expect(createRunFolder("/runs/b", { store, overwrite: true })).rejects.toMatchObject(inUse);
    await store.write(kept.paths.about, "first");
    await kept.keep();
    const failed = await createRunFolder("/runs/b", { store, overwrite: true });
    await expect(createRunFolder("/runs/b", { store, overwrite: true })).rejects.toMatchObject(inUse);
    await failed.fail();
    await expect(createRunFolder("/runs/b", { store })).rejects.toMatchObject({ code: "run-exists" });
    await (await createRunFolder("/runs/b", { store, overwrite: true })).keep();
    expect(await store.list("/runs")).toEqual(["a", "b"]);
  });

  test("is still its own while a failed run says its last word", async () => {
    const store = memoryStore();
    const run = await createRunFolder("/runs/a", { store });
    await store.write(store.join(run.paths.checkpoints, "after-epoch-1-step-0-00000000.safetensors"), "{}");
    const last = async () => {
      await expect(createRunFolder("/runs/a", { store })).rejects.toMatchObject({ code: "in-use" });
      await store.write(run.paths.about, "failed");
    };
    expect(await run.fail(last)).toBe(true);
    expect(await store.readText("/runs/a/run.json")).toBe("failed");
    expect(await store.list("/runs")).toEqual(["a"]);
  });

  test("an empty folder that was there is empty again after a failure", async () => {
    const store = memoryStore();
    await store.makeFolder("/runs/a");
    const run = await createRunFolder("/runs/a", { store });
    await store.write(run.paths.about, "new");
    expect(await run.fail(() => Promise.reject(new Error("nothing stays")))).toBe(false);
    expect([await store.list("/runs"), await store.list("/runs/a")]).toEqual([["a"], []]);
  });

  test("an old run comes back where the new one cannot take its place", async () => {
    const store = storeMethods(await withRun());
    const { rename } = store;
    store.rename = async (from, to) => {
      if (from.endsWith("-new")) throw new HostError("write-failed", "a fault of the disk");
      return rename(from, to);
    };
    const run = await createRunFolder("/runs/a", { store, overwrite: true });
    await store.write(run.paths.about, "new");
    await expect(run.keep()).rejects.toThrow("a fault of the disk");
    expect(await store.readText("/runs/a/run.json")).toBe("old");
    await (await createRunFolder("/runs/a", { store, overwrite: true })).fail();
    expect(await store.list("/runs")).toEqual(["a"]);
  });

  test("a failed run disappears, unless it has a checkpoint", async () => {
    const store = memoryStore();
    const early = await createRunFolder("/runs/early", { store });
    await store.write(early.paths.history, "{}\n");
    await early.fail();
    const late = await createRunFolder("/runs/late", { store });
    await store.write(store.join(late.paths.checkpoints, "after-epoch-1-step-0-00000000.safetensors"), "{}");
    await late.fail();
    expect(await store.list("/runs")).toEqual(["late"]);
  });
});

describe("reopenRunFolder", () => {
  test("opens the folder of a run", async () => {
    const run = await reopenRunFolder("/runs/a/", { store: await withRun() });
    expect([run.path, run.paths.root]).toEqual(["/runs/a", "/runs/a"]);
    expect(await run.fail()).toBe(true);
  });

  /** What a process leaves that was killed while it was replacing a run: its lock ends with it. */
  async function leftHalfWay(): Promise<Store> {
    const store = await withRun();
    const left = await createRunFolder("/runs/a", { store, overwrite: true });
    await store.write(left.paths.about, "new");
    const after = memoryStore();
    await writeAll(after, await filesIn(store, "/runs"));
    return after;
  }

  test("goes on beside an older run that was to be replaced, and then replaces it", async () => {
    const store = await leftHalfWay();
    const run = await reopenRunFolder("/runs/a", { store });
    expect(await store.readText(run.paths.about)).toBe("new");
    await expect(reopenRunFolder("/runs/a", { store })).rejects.toMatchObject({ code: "in-use" });
    await run.keep();
    expect([await store.list("/runs"), await store.readText("/runs/a/run.json")]).toEqual([["a"], "new"]);
  });

  test("finishes a replacement that was cut in the middle", async () => {
    const store = await leftHalfWay();
    await store.rename("/runs/a", "/runs/a.regraft-old");
    await (await reopenRunFolder("/runs/a", { store })).keep();
    expect([await store.list("/runs"), await store.readText("/runs/a/run.json")]).toEqual([["a"], "new"]);
  });

  test("refuses what is no run", async () => {
    const store = await withRun();
    for (const path of ["/runs", "/nowhere"]) {
      await expect(reopenRunFolder(path, { store })).rejects.toMatchObject({ code: "no-run" });
    }
  });
});

test("modelFolderOf is a run's model, or the path itself", async () => {
  const store = await withRun();
  expect(await modelFolderOf("/runs/a", store)).toBe("/runs/a/model");
  expect(await modelFolderOf("/runs/a/model", store)).toBe("/runs/a/model");
  expect(await modelFolderOf("/nowhere", store)).toBe("/nowhere");
});
