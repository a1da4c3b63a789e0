import { describe, expect, test } from "vitest";
import { filesIn, furnished, writeAll } from "../../../test/fixtures/furnished.ts";
import { storeMethods } from "../../../test/fixtures/store-methods.ts";
import type { Store } from "../../store/store.ts";
import type { Host } from "../host.ts";
import type { RunEvent } from "../run-events.ts";
import { type TrainRunOptions, trainRun } from "../train-run.ts";
import { type ResumeOptions, resumeRun } from "./resume-run.ts";

const quick = {
  ...{ model: "/models/tiny", data: "/data", out: "/runs/a" },
  ...{ headEpochs: 2, tuneEpochs: 2, headLearningRate: 0.1, tuneLearningRate: 1e-2, batch: 8 },
  ...{ checkpointEvery: { steps: 1 }, keepCheckpoints: 2, report: false, checkMemory: false },
} as const satisfies TrainRunOptions;

/** What a run comes to: the bytes of the model, and the history without its seconds. */
async function outcome(store: Store) {
  const history = (await store.readText("/runs/a/history.jsonl")).replaceAll(/,"seconds":[^,}]*/g, "");
  return { model: await store.read("/runs/a/model/onnx/model.onnx"), history };
}

const broken = "/data/train/flower/3.png";

/** A host whose data has a picture that cannot be read, so that what is left out has to be remembered too. */
async function withBrokenPicture(): Promise<Host> {
  const host = await furnished();
  await host.store.write(broken, "no picture");
  return host;
}

type Files = Awaited<ReturnType<typeof filesIn>>;

/** A host that notes what lies in /runs after each change: what a kill at that moment leaves. */
function watched(host: Host): { readonly host: Host; readonly moments: Files[] } {
  const { store } = host;
  const moments: Files[] = [];
  const noting =
    <A extends readonly unknown[]>(change: (...args: A) => Promise<void>) =>
    async (...args: A) => {
      await change(...args);
      moments.push(await filesIn(store, "/runs"));
    };
  const plain = storeMethods(store);
  const changing = {
    write: noting(plain.write),
    append: noting(plain.append),
    rename: noting(plain.rename),
    remove: noting(plain.remove),
  };
  return { host: { ...host, store: { ...plain, ...changing } }, moments };
}

/** Goes on as a person would: where the run has not even begun, it is begun again. */
async function goOn(host: Host, options: TrainRunOptions): Promise<void> {
  const { store } = host;
  if ((await store.kind("/runs/a/run.json")) === undefined) {
    await trainRun(options, host);
    return;
  }
  await resumeRun({ run: "/runs/a" }, host).catch((error: unknown) => {
    expect(error).toMatchObject({
      code: "cannot-resume",
      message: "/runs/a is finished: there is nothing left to train.",
    });
  });
}

describe("a run that is killed at any change of its folder ends as it would have, to the last bit", () => {
  const kinds: readonly (readonly [string, Partial<TrainRunOptions>])[] = [
    ["with cached features and early stopping", { patience: 1, dropout: 0.5 }],
    [
      "with augmentation, sums of gradients and balanced sampling",
      { augment: true, accumulate: 2, sampling: "balanced" },
    ],
    ["with low-rank adapters", { lora: 2, optimizer: "adamw", classWeights: "balanced" }],
    ["from scratch", { fromScratch: true, epochs: 3, metric: "rocAuc", optimizer: "sgd" }],
  ];
  const ofTransfer = ["headEpochs", "tuneEpochs", "headLearningRate", "tuneLearningRate"] as const;

  test.each(kinds)("%s", async (_, given) => {
    const own = Object.fromEntries(ofTransfer.map((name) => [name, quick[name]]));
    const { data, model, out, batch, checkpointEvery, keepCheckpoints, report, checkMemory } = quick;
    const common = { data, model, out, batch, checkpointEvery, keepCheckpoints, report, checkMemory };
    const options: TrainRunOptions = { ...common, ...(given.fromScratch ? {} : own), ...given };
    const { host, moments } = watched(await withBrokenPicture());
    await trainRun(options, host);
    const whole = await outcome(host.store);
    // Some of them, from the first to those that write the model. `npm run crash-test` kills at any moment.
    const some = [0.2, 0.7, 1].map((share) => moments[Math.floor(share * (moments.length - 1))] ?? []);
    for (const moment of some) {
      const again = await withBrokenPicture();
      await writeAll(again.store, moment);
      await goOn(again, options);
      expect(await outcome(again.store)).toEqual(whole);
    }
  });

  test("also where it is killed again and again", async () => {
    const { host, moments } = watched(await withBrokenPicture());
    await trainRun({ ...quick, augment: true }, host);
    const whole = await outcome(host.store);
    let last: Files = moments[5] ?? [];
    for (let kills = 0; kills < 3; kills++) {
      const again = watched(await withBrokenPicture());
      await writeAll(again.host.store, last);
      await goOn(again.host, quick);
      last = again.moments[Math.min(12, again.moments.length - 1)] ?? last;
    }
    const end = await withBrokenPicture();
    await writeAll(end.store, last);
    await goOn(end, quick);
    expect(await outcome(end.store)).toEqual(whole);
  });
});

/** Trains until so many steps are done, and stops as Ctrl-C does. */
async function stoppedAfter(steps: number, options: Partial<TrainRunOptions> = {}, host?: Host): Promise<Host> {
  const here = host ?? (await furnished());
  const signal = { aborted: false };
  let seen = 0;
  const onEvent = (event: RunEvent) => {
    if (event.type === "training" && event.event.type === "step") seen++;
    if (seen >= steps) signal.aborted = true;
  };
  await trainRun({ ...quick, checkpointEvery: { seconds: 300 }, ...options, signal, onEvent }, here).catch(
    (error: unknown) => {
      expect(error).toMatchObject({ code: "interrupted" });
    },
  );
  return here;
}

const resumed = async (host: Host, options: Partial<ResumeOptions> = {}) => {
  const events: RunEvent[] = [];
  const result = await resumeRun({ run: "/runs/a", ...options, onEvent: (event) => events.push(event) }, host);
  return { result, events };
};

describe("a run that is stopped", () => {
  test.each([1, 4, 6, 7, 11])("after %i steps goes on there", async (steps) => {
    const whole = await furnished();
    await trainRun(quick, whole);
    const host = await stoppedAfter(steps);
    const { events, result } = await resumed(host);
    expect(result.stopped).toBe("done");
    expect(await outcome(host.store)).toEqual(await outcome(whole.store));
    const at = events.find(({ type }) => type === "resumed");
    // Stopped before the validation pictures were looked at, an epoch of three steps is not over.
    const epochs = Math.ceil(steps / 3) - 1;
    expect(at).toMatchObject({ refused: [], at: { epochs, steps: steps - 3 * epochs } });
  });

  test("keeps its beginning, and notes when it was gone on with", async () => {
    const host = await stoppedAfter(4, { given: ["batch"] });
    const before = JSON.parse(await host.store.readText("/runs/a/run.json"));
    await resumed(host);
    const after = JSON.parse(await host.store.readText("/runs/a/run.json"));
    expect(after).toMatchObject({ started: before.started, status: "finished", resumed: [expect.any(String)] });
    expect(after.options).toEqual(before.options);
  });

  test("writes CSV and TensorBoard's events on", async () => {
    const whole = await furnished();
    await trainRun({ ...quick, csv: true }, whole);
    const host = await stoppedAfter(7, { csv: true, tensorBoard: true });
    await resumed(host);
    const csvOf = async ({ store }: Host) =>
      (await store.readText("/runs/a/history.csv")).replaceAll(/,[^,]*\r\n/g, "\r\n");
    expect(await csvOf(host)).toBe(await csvOf(whole));
    expect(await host.store.list("/runs/a/tensorboard/train")).toHaveLength(2);
  });

  test("where a checkpoint was damaged goes on from the one before it, and says so", async () => {
    const whole = await furnished();
    await trainRun(quick, whole);
    const host = await stoppedAfter(7);
    const { store } = host;
    const [last = ""] = (await store.list("/runs/a/checkpoints")).filter((name) =>
      name.startsWith("after-epoch-2-step-1"),
    );
    const path = store.join("/runs/a/checkpoints", last);
    await store.write(path, (await store.read(path)).subarray(0, 500));
    const { events } = await resumed(host);
    expect(events.find(({ type }) => type === "resumed")).toMatchObject({
      at: { phase: "head", epochs: 2, steps: 0 },
      refused: [{ file: last }],
    });
    expect(await outcome(store)).toEqual(await outcome(whole.store));
  });
});

test("a run that goes on with another engine, or other threads, says so", async () => {
  const host = await stoppedAfter(4);
  const said: string[] = [];
  const versions = { ...host.versions, "onnxruntime-node": "9.9.9" };
  const other: Host = { ...host, versions, notice: (sentence) => said.push(sentence) };
  await resumed(other, { threads: 2 });
  expect(said).toEqual([
    expect.stringMatching(
      /goes on with onnxruntime-node 9\.9\.9 \(before: [\d.]+\), 2 threads \(before: 1\): its numbers may/,
    ),
  ]);
});

describe("a run is not gone on with", () => {
  test.each([
    ["that is finished", 99, {}, "cannot-resume", "/runs/a is finished"],
    ["with other options", 4, { batch: 4 }, "bad-option", '"batch" was 8'],
    ["with options that were not set", 4, { patience: 4 }, "bad-option", '"patience" was not set'],
  ] as const)("%s", async (_, steps, given, code, message) => {
    const host = await stoppedAfter(steps);
    await expect(resumed(host, given)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  test("on other pictures, or with another base", async () => {
    const host = await stoppedAfter(4);
    await host.store.write("/data/train/flower/new.png", await host.store.read("/data/train/flower/0.png"));
    const before = await filesIn(host.store, "/runs");
    await expect(resumed(host)).rejects.toMatchObject({
      code: "cannot-resume",
      message: "The training pictures are not those that the run began with.",
    });
    expect(await filesIn(host.store, "/runs")).toEqual(before);
    await host.store.remove("/data/train/flower/new.png");
    await host.store.rename("/data", "/elsewhere");
    expect((await resumed(host, { data: "/elsewhere" })).result.stopped).toBe("done");
  });

  test("where there is none", async () => {
    const host = await furnished();
    await expect(resumed(host)).rejects.toMatchObject({ code: "no-run", hint: expect.stringContaining("--resume") });
    await host.store.write("/runs/a/run.json", '{"command":"compare"}');
    await expect(resumed(host)).rejects.toMatchObject({ code: "no-run" });
  });
});
