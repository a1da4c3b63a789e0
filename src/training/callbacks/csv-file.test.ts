import { expect, test } from "vitest";
import { FakeRun } from "../../../test/fixtures/fake-control.ts";
import { memoryStore } from "../../store/memory-store.ts";
import { csvFile } from "./csv-file.ts";

const path = "/run/history.csv";
const judged = { valLoss: 0.25, valMetrics: { accuracy: 0.75 } };

test("has a header with history.jsonl's names and a row per epoch, over all phases", async () => {
  const store = memoryStore();
  const head = new FakeRun(csvFile({ store, path, phase: "head" }));
  await head.begin();
  await head.epoch(1, judged);
  await head.epoch(2, { ...judged, loss: Number.NaN });
  await head.end();
  await new FakeRun(csvFile({ store, path, phase: "tune" })).epoch(3, judged);
  expect(await store.readText(path)).toBe(
    [
      "phase,epoch,loss,accuracy,valLoss,valAccuracy,learningRate,examples,seconds",
      "head,1,1,0.5,0.25,0.75,0.1,10,1",
      "head,2,NaN,0.5,0.25,0.75,0.1,10,1",
      "tune,3,1,0.5,0.25,0.75,0.1,10,1",
      "",
    ].join("\r\n"),
  );
});

test("puts what parts cells or rows in quotes", async () => {
  const store = memoryStore();
  await new FakeRun(csvFile({ store, path, phase: 'a "b", c' })).epoch(1);
  expect((await store.readText(path)).split("\r\n")[1]).toBe('"a ""b"", c",1,1,0.5,0.1,10,1');
});

test("adds nothing to a file with other columns", async () => {
  const store = memoryStore();
  await store.write(path, "name,age\r\n");
  const run = new FakeRun(csvFile({ store, path, phase: "fit" }));
  await expect(run.epoch(1)).rejects.toThrow(expect.objectContaining({ code: "write-failed" }));
  expect(await store.readText(path)).toBe("name,age\r\n");
});
