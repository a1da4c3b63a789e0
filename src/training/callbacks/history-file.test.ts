import { expect, test } from "vitest";
import { FakeRun } from "../../../test/fixtures/fake-control.ts";
import { memoryStore } from "../../store/memory-store.ts";
import { historyFile } from "./history-file.ts";

test("adds a line of JSON for each epoch, and for nothing else", async () => {
  const store = memoryStore();
  await store.write("/run/history.jsonl", '{"phase":"head","epoch":1}\n');
  const run = new FakeRun(historyFile({ store, path: "/run/history.jsonl", phase: "tune" }));
  await run.begin();
  await run.epoch(2, { loss: 0.5, valLoss: 0.25, valMetrics: { accuracy: 0.75 } });
  await run.epoch(3);
  await run.end();
  const text = await store.readText("/run/history.jsonl");
  expect(text.endsWith("\n")).toBe(true);
  expect(
    text
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line)),
  ).toEqual([
    { phase: "head", epoch: 1 },
    {
      ...{ phase: "tune", epoch: 2, loss: 0.5, accuracy: 0.5, valLoss: 0.25, valAccuracy: 0.75 },
      ...{ learningRate: 0.1, examples: 10, seconds: 1 },
    },
    { phase: "tune", epoch: 3, loss: 1, accuracy: 0.5, learningRate: 0.1, examples: 10, seconds: 1 },
  ]);
});
