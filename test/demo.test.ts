import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sampleTasks } from "../src/data/sample/draw-sample.ts";
import { nodeHost } from "../src/hosts/node.ts";
import { loadBase } from "../src/tasks/base-model.ts";
import { type DemoEvent, type DemoResult, runDemo, shippedModel } from "../src/tasks/demo.ts";
import { openModel } from "../src/tasks/open-model.ts";

const host = nodeHost();
const { store } = host;

describe("the model that ships with Regraft", () => {
  const folder = store.join(host.shippedModels, shippedModel);

  it("tells the ten sketches apart, none of which the demo asks for", async () => {
    const { labels, graph } = await openModel(folder, host);
    expect(labels).toEqual(sampleTasks.sketches);
    expect(graph.outputs[0]?.shape).toEqual(["N", 10]);
    const asked: readonly string[] = sampleTasks.shapes;
    expect(labels.filter((label) => asked.includes(label))).toEqual([]);
  });

  it("says how its pictures are prepared, and has features to put a head on", async () => {
    const base = await loadBase(folder, {}, host);
    expect(base.preprocessing).toMatchObject({ crop: { width: 64, height: 64 }, layout: "NCHW" });
    expect(base.graph.outputs[0]?.shape).toEqual(["N", base.features.size]);
  });

  it("is small, and its card tells what it knows, what it does not, and how to make it again", async () => {
    const card = await store.readText(store.join(folder, "README.md"));
    for (const told of ["accuracy", "Seed", "Limits", "npm run pretrain:sketch"]) expect(card).toContain(told);
    expect((await store.read(store.join(folder, "onnx", "model.onnx"))).length).toBeLessThan(600_000);
  });
});

describe("runDemo", () => {
  const events: DemoEvent[] = [];
  const small = { trainPerClass: 8, valPerClass: 8, headEpochs: 14, tuneEpochs: 1, threads: 1 };
  const tiny = { trainPerClass: 2, valPerClass: 2, headEpochs: 2, tuneEpochs: 1, threads: 1 };
  let place: string;
  let out: string;
  let result: DemoResult;

  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), "regraft-demo-"));
    out = join(place, "demo");
    result = await runDemo({ ...small, out, onEvent: (event) => events.push(event) }, host);
  }, 180_000);
  afterAll(() => rm(place, { recursive: true }));

  it("trains both ways for as many epochs on the same pictures", () => {
    expect(result).toMatchObject({ train: 40, val: 40, classes: sampleTasks.shapes, stopped: "done" });
    expect([result.transfer.epochs, result.scratch?.epochs]).toEqual([15, 15]);
    const phases = events.flatMap((event) => (event.type === "phase" ? [event] : []));
    expect(phases.map(({ name, frozen }) => [name, frozen === 0])).toEqual([
      ["head", false],
      ["tune", true],
      ["scratch", true],
    ]);
    expect(phases[1]?.trainable).toBe(phases[2]?.trainable);
  });

  it("gains from what the shipped model knows", () => {
    // Guessing gives 0.2. Over seeds 0 to 11 this measured 0.62 to 0.80, against 0.07 to 0.33 from scratch.
    expect(result.transfer.valAccuracy).toBeGreaterThan(0.15 + (result.scratch?.valAccuracy ?? 1));
  });

  it("names two new pictures of each class", () => {
    expect(result.predictions.map(({ truth }) => truth)).toEqual(sampleTasks.shapes.flatMap((name) => [name, name]));
    expect(new Set(result.predictions.map(({ image }) => image)).size).toBe(10);
    for (const { image, label, score, truth } of result.predictions) {
      expect(image.startsWith(store.join(out, "unseen", truth))).toBe(true);
      expect(sampleTasks.shapes).toContain(label);
      expect(score).toBeGreaterThanOrEqual(1 / 5);
    }
  });

  it("leaves pictures, a run with its model, and the result", async () => {
    expect((await readdir(out)).sort()).toEqual(["demo.json", "pictures", "run", "unseen"]);
    expect(JSON.parse(await store.readText(join(out, "demo.json")))).toEqual(result);
    expect((await openModel(result.run, host)).labels).toEqual(sampleTasks.shapes);
  });

  it("tells its steps in order", () => {
    const steps = events.flatMap((event) => (event.type === "step" ? [event.step] : []));
    expect(steps).toEqual(["draw", "transfer", "scratch", "predict"]);
  });

  it("gives the same numbers again in its own folder, and touches no other one", async () => {
    const own = { ...tiny, out: join(place, "twice") };
    const [first, again] = [await runDemo(own, host), await runDemo(own, host)];
    expect(again.predictions).toEqual(first.predictions);
    expect(again.transfer.valLoss).toBe(first.transfer.valLoss);
    expect(again.scratch?.valLoss).toBe(first.scratch?.valLoss);
    await store.write(join(place, "precious", "notes.txt"), "mine");
    await expect(runDemo({ ...tiny, out: join(place, "precious") }, host)).rejects.toMatchObject({
      code: "run-exists",
    });
    expect(await readdir(join(place, "precious"))).toEqual(["notes.txt"]);
  });

  it("stops when asked, without the steps that were left", async () => {
    const signal = { aborted: false };
    const onEvent = (event: DemoEvent) => {
      if (event.type === "training" && event.event.type === "epoch") signal.aborted = true;
    };
    const stopped = await runDemo({ ...tiny, out: join(place, "stopped"), signal, onEvent }, host);
    expect(stopped.stopped).toBe("interrupted");
    expect([stopped.scratch, stopped.predictions]).toEqual([undefined, []]);
    expect(stopped.transfer.epochs).toBe(1);
  });
});
