import { describe, expect, test } from "vitest";
import { eventsOf } from "../../test/fixtures/event-file.ts";
import { testHost } from "../../test/fixtures/host.ts";
import { writeTrainVal } from "../../test/fixtures/pictures.ts";
import { writeTinyModel } from "../../test/fixtures/tiny-model.ts";
import { compareStrategies } from "./compare.ts";
import type { Host } from "./host.ts";
import { trainRun } from "./train-run.ts";

/** Each look at the calendar shows another day; what measures durations goes on as ever. */
async function withCalendar(...dates: readonly string[]): Promise<Host> {
  const host = testHost();
  await writeTinyModel(host.store, "/models/tiny");
  await writeTrainVal(host.store, "/data", { classes: 2, perClass: 6 });
  let looks = 0;
  return { ...host, date: () => dates[looks++ % dates.length] ?? "" };
}

const calendars: readonly (readonly [string, readonly string[]])[] = [
  ["goes backwards", ["2026-06-01T12:00:00.000Z", "2026-06-01T11:59:58.000Z", "2026-06-01T11:00:00.000Z"]],
  ["leaps years to and fro", ["2026-06-01T12:00:00.000Z", "1970-01-01T00:00:00.000Z", "2099-12-31T23:59:59.999Z"]],
];

/** Every number under a name that means a duration, however deep. */
function durationsIn(value: unknown): readonly number[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    /seconds$/i.test(name) && typeof inner === "number" ? [inner] : durationsIn(inner),
  );
}

describe.each(calendars)("while the clock %s", (_, dates) => {
  test("a run takes the time that it takes, and its logs are whole", async () => {
    const host = await withCalendar(...dates);
    const { store } = host;
    await trainRun(
      {
        ...{ model: "/models/tiny", data: "/data", out: "/runs/a", headEpochs: 2, tuneEpochs: 1, batch: 4 },
        ...{ tensorBoard: true, csv: true, checkpointEvery: { steps: 100 } },
      },
      host,
    );
    const about: unknown = JSON.parse(await store.readText("/runs/a/run.json"));
    const lines: unknown = (await store.readText("/runs/a/history.jsonl"))
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const durations = durationsIn([about, lines]);
    expect(durations).toHaveLength(3 + 2);
    for (const seconds of durations) expect(seconds).toBeGreaterThanOrEqual(0);
    expect(await store.kind("/runs/a/report.html")).toBe("file");
    const [file = ""] = await store.list("/runs/a/tensorboard/train");
    const steps = eventsOf(await store.read(`/runs/a/tensorboard/train/${file}`)).filter(
      ({ values }) => "batch_loss" in values,
    );
    expect(steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test("a comparison does too", async () => {
    const host = await withCalendar(...dates);
    const result = await compareStrategies(
      {
        ...{ model: "/models/tiny", data: "/data", out: "/runs/c", batch: 4 },
        ...{ strategies: ["head", "full"], seeds: 1, budget: { epochs: 2 } },
      },
      host,
    );
    const durations = durationsIn(result);
    expect(durations.length).toBeGreaterThan(4);
    for (const seconds of durations) expect(seconds).toBeGreaterThanOrEqual(0);
  });
});
