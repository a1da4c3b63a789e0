import { describe, expect, test } from "vitest";
import { testHost } from "../../test/fixtures/host.ts";
import { writeTrainVal } from "../../test/fixtures/pictures.ts";
import { writeTinyModel } from "../../test/fixtures/tiny-model.ts";
import type { Host } from "./host.ts";
import type { RunEvent } from "./run-events.ts";
import { type TrainRunOptions, trainRun } from "./train-run.ts";

/** Pictures are read anew in every epoch: those of training because of `augment`, none is kept. */
const quick = {
  ...{ model: "/models/tiny", data: "/data", out: "/runs/a", headEpochs: 4, tuneEpochs: 0, batch: 4 },
  ...{ augment: true, cache: { memoryBytes: 0, diskBytes: 0 } },
} as const;

/** A host with 12 pictures a class to train with and 6 to validate with, and a run while which something is taken away. */
async function withLoss(
  gone: readonly string[],
  isTime: (event: RunEvent) => boolean,
  options: Partial<TrainRunOptions> = {},
) {
  const host = testHost();
  await writeTinyModel(host.store, "/models/tiny");
  await writeTrainVal(host.store, "/data", { classes: 2, perClass: 12 });
  const events: RunEvent[] = [];
  const taken: Promise<void>[] = [];
  const onEvent = (event: RunEvent) => {
    events.push(event);
    if (taken.length === 0 && isTime(event)) taken.push(...gone.map((path) => host.store.remove(path)));
  };
  const work = trainRun({ ...quick, ...options, onEvent }, host);
  return { host, events, work };
}

const afterEpoch = (epoch: number) => (event: RunEvent) =>
  event.type === "training" && event.event.type === "epoch" && event.event.epoch === epoch;

const historyOf = async ({ store }: Host): Promise<readonly { epoch: number; examples: number }[]> =>
  (await store.readText("/runs/a/history.jsonl"))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("pictures that vanish while they are trained on", () => {
  test("are left out from then on, and told by their names", async () => {
    const gone = ["/data/train/crescent/0.png", "/data/train/flower/3.png"];
    const { host, events, work } = await withLoss(gone, afterEpoch(2));
    const { skipped, stopped } = await work;
    expect(stopped).toBe("done");
    expect(skipped).toEqual([
      { name: "crescent/0.png", reason: "There is no file /data/train/crescent/0.png." },
      { name: "flower/3.png", reason: "There is no file /data/train/flower/3.png." },
    ]);
    expect(events.filter(({ type }) => type === "bad-image")).toHaveLength(2);
    const examples = (await historyOf(host)).map((line) => line.examples);
    expect(examples.slice(0, 2)).toEqual([24, 24]);
    expect(examples.slice(2)).toEqual([22, 22]);
  });

  test.each([
    ["the folder of a class", "/data/train/crescent"],
    ["the folder of training pictures", "/data/train"],
    ["the folder of validation pictures", "/data/val"],
    ["all of the data", "/data"],
  ])("end the run where they are too many (%s), and what was trained stays", async (_, folder) => {
    const { host, events, work } = await withLoss([folder], afterEpoch(2));
    await expect(work).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:too-many-bad-images|no-images)$/),
      message: expect.stringContaining("There is no file /data/"),
      hint: expect.any(String),
    });
    expect(events.at(-1)).toMatchObject({ type: "failed", path: "/runs/a" });
    expect((await historyOf(host)).map(({ epoch }) => epoch)).toEqual([1, 2]);
    const checkpoints = await host.store.list("/runs/a/checkpoints");
    expect(checkpoints.some((name) => name.startsWith("best-epoch-"))).toBe(true);
    expect(JSON.parse(await host.store.readText("/runs/a/run.json"))).toMatchObject({ status: "failed" });
  });

  test("in the first epoch leave nothing behind", async () => {
    const isStep = (event: RunEvent) => event.type === "training" && event.event.type === "step";
    const { host, work } = await withLoss(["/data"], isStep);
    await expect(work).rejects.toMatchObject({ code: expect.stringMatching(/-images$/) });
    expect(await host.store.list("/runs")).toEqual([]);
  });

  test("after the last epoch leave a report without them", async () => {
    const { host, work } = await withLoss(["/data"], ({ type }) => type === "reporting");
    const { report } = await work;
    expect(await host.store.readText(report ?? "")).toContain("crescent");
  });
});
