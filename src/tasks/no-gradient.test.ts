import { describe, expect, test } from "vitest";
import { testHost } from "../../test/fixtures/host.ts";
import { drawnTrainVal, writeTrainVal } from "../../test/fixtures/pictures.ts";
import {
  antialiasedResize,
  columnMajorPool,
  type Obstacle,
  stubbornGraph,
} from "../../test/fixtures/stubborn-model.ts";
import { writeTinyModel } from "../../test/fixtures/tiny-model.ts";
import { changedWeights } from "../../test/fixtures/weights.ts";
import { GraphError } from "../base/errors.ts";
import { dense } from "../rewrite/layers.ts";
import { loadBase } from "./base-model.ts";
import { fineTune } from "./fine-tune.ts";
import { graft } from "./graft.ts";
import { inspectModel } from "./inspect.ts";
import type { RunEvent } from "./run-events.ts";
import { trainRun } from "./train-run.ts";

const host = testHost();
const data = drawnTrainVal({ classes: 2, perClass: 4 });
const quick = { headEpochs: 1, tuneEpochs: 1, batch: 8, dropout: 0 } as const;

const load = async (obstacle: Obstacle, options: Parameters<typeof stubbornGraph>[1] = {}) =>
  loadBase(await writeTinyModel(host.store, "/stubborn", { graph: stubbornGraph(obstacle, options) }), {}, host);

describe.each([
  ["an antialiased Resize", antialiasedResize, "Resize", "Resize_1"],
  ["a MaxPool in column-major order", columnMajorPool, "MaxPool", "MaxPool_1"],
] as const)("a base with %s", (_, obstacle, op, node) => {
  test("can have a new head", async () => {
    const base = await load(obstacle);
    const { model } = await fineTune(base, data, { ...quick, unfreeze: "none" }, host);
    expect(changedWeights(base.graph, model.graph)).toEqual([]);
    expect(model.history.length).toBe(1);
  });

  const refusal = {
    code: "no-gradient",
    message: expect.stringContaining(`${op} (node "${node}")`),
    hint: expect.stringContaining("--unfreeze Conv_2"),
  };

  test("cannot be tuned as a whole: the error names op and node, and what works instead", async () => {
    const base = await load(obstacle);
    const events: RunEvent[] = [];
    const work = fineTune(base, data, { ...quick, onEvent: (event) => events.push(event) }, host);
    await expect(work).rejects.toMatchObject(refusal);
    expect(events).toEqual([]);
  });

  test("refuses to be unfrozen, and stays as it was", async () => {
    const model = graft(await load(obstacle), [dense(1)], {}, host);
    expect(() => model.unfreeze("all")).toThrow(expect.objectContaining(refusal));
    expect(() => model.unfreeze({ lastLayers: 2 })).toThrow(GraphError);
    expect(model.trainable).toEqual(["head.0.weight", "head.0.bias"]);
  });

  test("says so when it is fitted, where it was loaded trainable", async () => {
    const base = await load(obstacle);
    const model = graft({ ...base, trainable: true }, [dense(1)], {}, host);
    model.compile({ optimizer: "adam", loss: "binaryCrossEntropy" });
    await expect(model.fit(data.train, { epochs: 1 })).rejects.toMatchObject(refusal);
  });

  test("can be tuned from where the hint says", async () => {
    const base = await load(obstacle);
    const { model } = await fineTune(base, data, { ...quick, unfreeze: { from: "Conv_2" } }, host);
    expect(changedWeights(base.graph, model.graph)).toEqual(["second.weight"]);
  });

  test("is inspected as what it is", async () => {
    await load(obstacle);
    expect(await inspectModel({ model: "/stubborn" }, host)).toMatchObject({
      trainable: false,
      trainableFrom: "Conv_2",
      stops: { node, op },
      head: { features: 6, classes: 5 },
    });
  });
});

test("where no layer of the base can be tuned, the new layers can", async () => {
  const base = await load(antialiasedResize, { after: true });
  await expect(fineTune(base, data, { ...quick, headEpochs: 0 }, host)).rejects.toMatchObject({
    code: "no-gradient",
    message: expect.stringContaining("Resize_2"),
    hint: "Train the new layers alone: --unfreeze none.",
  });
  expect(await inspectModel({ model: "/stubborn" }, host)).toMatchObject({
    trainable: false,
    trainableFrom: undefined,
  });
});

test("a run that would meet such a node in its second phase says so before the first, and leaves nothing", async () => {
  await load(antialiasedResize);
  await writeTrainVal(host.store, "/data", { classes: 2, perClass: 4 });
  const run = { model: "/stubborn", data: "/data", out: "/runs/a", ...quick };
  await expect(trainRun(run, host)).rejects.toMatchObject({ code: "no-gradient" });
  expect(await host.store.kind("/runs/a")).toBeUndefined();
});
