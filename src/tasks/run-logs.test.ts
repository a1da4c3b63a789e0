import { describe, expect, test } from "vitest";
import { eventsOf } from "../../test/fixtures/event-file.ts";
import { testHost } from "../../test/fixtures/host.ts";
import { writeTrainVal } from "../../test/fixtures/pictures.ts";
import { writeTinyModel } from "../../test/fixtures/tiny-model.ts";
import type { Store } from "../store/store.ts";
import { type TrainRunOptions, trainRun } from "./train-run.ts";

async function furnished() {
  const host = testHost();
  await writeTinyModel(host.store, "/models/tiny");
  await writeTrainVal(host.store, "/data", { classes: 2, perClass: 8 });
  const quick = { model: "/models/tiny", data: "/data", out: "/runs/a", headEpochs: 2, tuneEpochs: 1, batch: 8 };
  return { host, train: (options: Partial<TrainRunOptions>) => trainRun({ ...quick, ...options }, host) };
}

const linesOf = async (store: Store, path: string) => (await store.readText(path)).trim().split(/\r?\n/);

async function scalarsOf(store: Store, run: string): Promise<readonly (readonly [string, number, unknown])[]> {
  const [file = ""] = await store.list(run);
  const events = eventsOf(await store.read(store.join(run, file)));
  return events.flatMap(({ step, values }) =>
    Object.entries(values).map(([tag, value]) => [tag, step, value] as const),
  );
}

describe("logs that are asked for", () => {
  test("lie in the run folder, and say what the history says, over both phases", async () => {
    const { host, train } = await furnished();
    await train({ tensorBoard: true, csv: true });
    const history = (await linesOf(host.store, "/runs/a/history.jsonl")).map(
      (line): Readonly<Record<string, string | number>> => JSON.parse(line),
    );
    const [header = "", ...rows] = await linesOf(host.store, "/runs/a/history.csv");
    expect(header).toBe(Object.keys(history[0] ?? {}).join(","));
    expect(rows).toEqual(history.map((row) => Object.values(row).join(",")));
    const train1 = await scalarsOf(host.store, "/runs/a/tensorboard/train");
    const validation = await scalarsOf(host.store, "/runs/a/tensorboard/validation");
    const shown = (tag: string, from = train1) =>
      from.filter(([name]) => name === tag).map(([, step, value]) => [step, value]);
    const said = (name: string) => history.map((row) => [row.epoch, Math.fround(Number(row[name]))]);
    expect(shown("epoch_loss")).toEqual(said("loss"));
    expect(shown("epoch_learning_rate")).toEqual(said("learningRate"));
    expect(shown("epoch_loss", validation)).toEqual(said("valLoss"));
    expect(shown("epoch_accuracy", validation)).toEqual(said("valAccuracy"));
    expect(shown("batch_loss").map(([step]) => step)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(shown("phase")).toEqual([
      [0, "**head**: epochs 1 to 2"],
      [2, "**tune**: epochs 3 to 3"],
    ]);
  });

  test("lie where they are wanted, in a run that replaces another too", async () => {
    const { host, train } = await furnished();
    const places = { tensorBoard: "/logs", csv: "/runs/a/own.csv" };
    await train(places);
    await host.store.write("/elsewhere.csv", "old");
    await train({ ...places, overwrite: true });
    expect((await linesOf(host.store, "/runs/a/own.csv")).length).toBe(1 + 3);
    expect((await host.store.list("/logs/train")).length).toBe(2);
    await train({ csv: "/elsewhere.csv", overwrite: true });
    expect((await linesOf(host.store, "/elsewhere.csv")).length).toBe(1 + 3);
  });

  test("are not written unasked", async () => {
    const { host, train } = await furnished();
    await train({});
    const left = await host.store.list("/runs/a");
    expect(left.filter((name) => name === "tensorboard" || name === "history.csv")).toEqual([]);
  });

  test.each<[Partial<TrainRunOptions>, string]>([
    [{ csv: "/taken" }, "run-exists"],
    [{ csv: "/data", overwrite: true }, "bad-option"],
    [{ tensorBoard: "/taken" }, "bad-option"],
  ])("are refused where their place is taken, before anything is made: %o", async (options, code) => {
    const { host, train } = await furnished();
    await host.store.write("/taken", "precious");
    await expect(train(options)).rejects.toThrow(expect.objectContaining({ code }));
    expect(await host.store.readText("/taken")).toBe("precious");
    expect(await host.store.kind("/runs/a")).toBeUndefined();
  });
});
