import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readOnly, type SmallDisk, smallDisk, whyNoDisks } from "../../test/fixtures/disks.ts";
import { filesBelow } from "../../test/fixtures/files-below.ts";
import { diskHost } from "../../test/fixtures/host.ts";
import { writeTrainVal } from "../../test/fixtures/pictures.ts";
import { storeMethods } from "../../test/fixtures/store-methods.ts";
import { writeTinyModel } from "../../test/fixtures/tiny-model.ts";
import { decodeSafetensors } from "../hub/safetensors.ts";
import { memoryStore } from "../store/memory-store.ts";
import type { Store } from "../store/store.ts";
import { compareStrategies } from "./compare.ts";
import { evaluateRun } from "./evaluate-run.ts";
import type { Host } from "./host.ts";
import type { RunEvent } from "./run-events.ts";
import { type TrainRunOptions, trainRun } from "./train-run.ts";

/** Model and pictures lie in memory: the disk has the runs alone. */
const furniture = memoryStore();
await writeTinyModel(furniture, "/models/tiny");
await writeTrainVal(furniture, "/data", { classes: 2, perClass: 6 });

const quick = {
  ...{ model: "/models/tiny", data: "/data", headEpochs: 2, tuneEpochs: 0, headLearningRate: 0.1, batch: 8 },
  report: false,
} as const;

let disk: SmallDisk;
let runs: string;
let out: string;
beforeEach(() => {
  if (whyNoDisks !== undefined) return;
  disk = smallDisk(4_000_000);
  runs = join(disk.folder, "runs");
  out = join(runs, "a");
  mkdirSync(runs);
});
afterEach(() => {
  if (whyNoDisks === undefined) disk.remove();
});

interface Trouble {
  readonly method: "write" | "append" | "scratch";
  readonly path: RegExp;
  /** Which of those calls; 1 where left out. */
  readonly nth?: number;
  readonly strike: () => void;
}

/** The disk for the runs. Right before a call of a method for a path, something happens. */
function hostWith(trouble?: Trouble): Host {
  const host = diskHost();
  const at = (path: string) => (/^\/(?:models|data)(?:\/|$)/.test(path) ? furniture : host.store);
  let calls = 0;
  const call = (method: Trouble["method"], path: string) => {
    if (method !== trouble?.method || !trouble.path.test(path)) return;
    if (++calls === (trouble.nth ?? 1)) trouble.strike();
  };
  const store: Store = {
    ...storeMethods(host.store),
    read: (path) => at(path).read(path),
    readText: (path) => at(path).readText(path),
    open: (path) => at(path).open(path),
    kind: (path) => at(path).kind(path),
    list: (path) => at(path).list(path),
    entries: (path) => at(path).entries(path),
    realPath: (path) => at(path).realPath(path),
    write: async (path, content) => {
      call("write", path);
      await host.store.write(path, content);
    },
    append: async (path, content) => {
      call("append", path);
      await host.store.append(path, content);
    },
    scratch: async (folder) => {
      call("scratch", folder);
      return host.store.scratch(folder);
    },
  };
  return { ...host, store };
}

const everything = () => filesBelow(diskHost().store, runs);
const leftOvers = async () =>
  [...(await everything()).keys()].filter((path) => /\.tmp|\.partial|\.regraft|-lock/.test(path));

const train = (host: Host, options: Partial<TrainRunOptions> = {}) => trainRun({ ...quick, out, ...options }, host);

interface Case {
  readonly what: string;
  readonly trouble: Omit<Trouble, "strike">;
  readonly options?: Partial<TrainRunOptions>;
  /** Whether an epoch is over by then, so that a best checkpoint stays. */
  readonly stays: boolean;
}

const cases: readonly Case[] = [
  { what: "the health of the data", trouble: { method: "write", path: /health\.json$/ }, stays: false },
  { what: "run.json", trouble: { method: "write", path: /run\.json$/ }, stays: false },
  {
    what: "the features",
    trouble: { method: "scratch", path: /./ },
    options: { cache: { memoryBytes: 0 } },
    stays: false,
  },
  { what: "the history", trouble: { method: "append", path: /history\.jsonl$/ }, stays: false },
  {
    what: "the CSV file",
    trouble: { method: "append", path: /history\.csv$/ },
    options: { csv: true },
    stays: false,
  },
  {
    what: "the events for TensorBoard",
    trouble: { method: "append", path: /tfevents/ },
    options: { tensorBoard: true },
    stays: false,
  },
  { what: "the first checkpoint", trouble: { method: "write", path: /checkpoints.*safetensors$/ }, stays: false },
  { what: "a later one", trouble: { method: "write", path: /checkpoints.*safetensors$/, nth: 3 }, stays: true },
  { what: "the best weights", trouble: { method: "write", path: /best-epoch-[2-9]/ }, stays: true },
  { what: "the evaluation", trouble: { method: "write", path: /evaluation\.json$/ }, stays: true },
  { what: "the model", trouble: { method: "write", path: /model\.onnx$/ }, stays: true },
  { what: "the model's card", trouble: { method: "write", path: /README\.md$/ }, stays: true },
];

describe.skipIf(whyNoDisks)(`a disk that gets full (${whyNoDisks ?? "mounted"})`, () => {
  describe.each(cases)("with $what", ({ trouble, options, stays }) => {
    const strike = { ...trouble, strike: () => disk.fill() };

    test("ends the run with the file's name, and what was written before stays whole", async () => {
      await expect(train(hostWith(strike), options)).rejects.toMatchObject({
        code: "disk-full",
        message: expect.stringMatching(new RegExp(`^${out}/.* cannot be written: the disk is full\\.$`)),
        hint: expect.stringContaining("Make room"),
      });
      expect(await leftOvers()).toEqual([]);
      const { store } = diskHost();
      expect(await store.kind(out)).toBe(stays ? "folder" : undefined);
      if (stays) await expectWhole(store);
      disk.empty();
      const { stopped } = await train(hostWith(), { ...options, overwrite: true });
      expect(stopped).toBe("done");
    });

    test("leaves an older run as it was", async () => {
      await olderRun();
      const before = await everything();
      await expect(train(hostWith(strike), { ...options, overwrite: true })).rejects.toMatchObject({
        code: "disk-full",
      });
      expect(await everything()).toEqual(before);
    });
  });

  async function olderRun(): Promise<void> {
    const { store } = diskHost();
    for (const file of ["run.json", "history.jsonl", "model/config.json"]) await store.write(join(out, file), file);
  }

  /** What a failed run leaves: a best checkpoint and its history, each to be read to its end. */
  async function expectWhole(store: Store): Promise<void> {
    const [history, about] = [join(out, "history.jsonl"), join(out, "run.json")];
    const lines = (await store.readText(history)).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).epoch)).toEqual(lines.map((_, at) => at + 1));
    expect(JSON.parse(await store.readText(about))).toMatchObject({ command: "train" });
    for (const name of ["best", "last"]) {
      const checkpoint = join(out, "checkpoints", name);
      if ((await store.kind(checkpoint)) === undefined) continue;
      decodeSafetensors(await store.read(join(checkpoint, "state.safetensors")));
      expect(JSON.parse(await store.readText(join(checkpoint, "state.json")))).toMatchObject({ phase: "head" });
    }
  }

  test("with the report costs the report alone", async () => {
    const events: RunEvent[] = [];
    const trouble = { method: "write", path: /report\.html$/, strike: () => disk.fill() } as const;
    const onEvent = (event: RunEvent) => events.push(event);
    const { report } = await train(hostWith(trouble), { report: true, onEvent });
    expect(report).toBeUndefined();
    const reason = expect.stringMatching(/report\.html cannot be written: the disk is full\.$/);
    expect(events).toContainEqual({ type: "no-report", reason });
    expect(await leftOvers()).toEqual([]);
    expect(JSON.parse(await diskHost().store.readText(join(out, "run.json")))).toMatchObject({ status: "finished" });
  });

  test.each([
    ["a model", { method: "write", path: /model\.onnx$/, nth: 2 }],
    ["what was measured", { method: "write", path: /compare\.json$/ }],
  ] as const)("with %s ends a comparison, and leaves an older one as it was", async (_, trouble) => {
    const { model, data, batch } = quick;
    const options = {
      ...{ model, data, batch, out },
      ...{ strategies: ["head", "full"], seeds: 1, report: false },
    } as const;
    const compare = (host: Host) => compareStrategies({ ...options, budget: { epochs: 2 }, overwrite: true }, host);
    const failing = { ...trouble, strike: () => disk.fill() };
    await expect(compare(hostWith(failing))).rejects.toMatchObject({ code: "disk-full" });
    expect(await diskHost().store.list(runs)).toEqual([]);
    disk.empty();
    await olderRun();
    const before = await everything();
    await expect(compare(hostWith(failing))).rejects.toMatchObject({ code: "disk-full" });
    expect(await everything()).toEqual(before);
  });

  test("before it begins makes nothing", async () => {
    disk.fill();
    await expect(train(hostWith())).rejects.toMatchObject({ code: "disk-full" });
    expect(await diskHost().store.list(runs)).toEqual([]);
  });
});

describe.skipIf(whyNoDisks)(`a folder that cannot be written (${whyNoDisks ?? "mounted"})`, () => {
  const refusal = {
    code: "write-failed",
    message: expect.stringContaining("EROFS"),
    hint: expect.stringContaining("read-only"),
  };

  test("gets no run, and keeps the one that it has", async () => {
    await train(hostWith());
    const before = await everything();
    const release = readOnly(runs);
    try {
      await expect(train(hostWith(), { overwrite: true })).rejects.toMatchObject(refusal);
      await expect(train(hostWith(), { out: join(runs, "b") })).rejects.toMatchObject(refusal);
      expect(await everything()).toEqual(before);
      const measured = await evaluateRun({ run: out, data: "/data/val", batch: 8 }, hostWith());
      expect(measured.loss).toBeGreaterThan(0);
    } finally {
      release();
    }
  });

  test("around an empty one that can be does not keep a run from it", async () => {
    const volume = join(runs, "volume");
    mkdirSync(volume);
    const release = readOnly(runs);
    const inner = smallDisk(4_000_000, volume);
    try {
      const failing = { method: "write", path: /run\.json$/, strike: () => inner.fill() } as const;
      await expect(train(hostWith(failing), { out: volume })).rejects.toMatchObject({ code: "disk-full" });
      inner.empty();
      const { run } = await train(hostWith(), { out: volume });
      expect(run).toBe(volume);
      expect(await diskHost().store.list(volume)).toContain("model");
      expect(await leftOvers()).toEqual([]);
    } finally {
      inner.remove();
      release();
    }
  });
});
