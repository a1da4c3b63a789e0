import { beforeAll, describe, expect, test } from "vitest";
import { testHost } from "../../test/fixtures/host.ts";
import { drawnPictures, writePictures, writeTrainVal } from "../../test/fixtures/pictures.ts";
import { tinyLabels, writeTinyModel } from "../../test/fixtures/tiny-model.ts";
import { evaluateRun } from "./evaluate-run.ts";
import { predictRun } from "./predict-run.ts";
import { trainRun } from "./train-run.ts";

const host = testHost();
const { store } = host;

beforeAll(async () => {
  await writeTinyModel(store, "/models/tiny");
  await writeTrainVal(store, "/data", { classes: 3, perClass: 8 });
  const recipe = { headEpochs: 4, tuneEpochs: 0, headLearningRate: 0.1, batch: 8 };
  await trainRun({ model: "/models/tiny", data: "/data", out: "/run", ...recipe }, host);
});

async function collected<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe("evaluateRun", () => {
  test("its accuracy is the share of pictures that predictRun gets right, over all and in each class", async () => {
    const { count, accuracy, classes } = await evaluateRun({ run: "/run", data: "/data/val" }, host);
    const right = new Map<string, number>();
    const images: string[] = [];
    for (const name of ["crescent", "flower", "heart"]) {
      for (const file of await store.list(`/data/val/${name}`)) images.push(`/data/val/${name}/${file}`);
    }
    for await (const found of predictRun({ run: "/run", images }, host)) {
      const truth = found.image.split("/")[3] ?? "";
      right.set(truth, (right.get(truth) ?? 0) + ("label" in found && found.label === truth ? 1 : 0));
    }
    expect(count).toBe(12);
    expect(accuracy).toBeCloseTo([...right.values()].reduce((sum, hits) => sum + hits, 0) / 12, 9);
    expect(classes).toEqual([...right].map(([name, hits]) => ({ name, count: 4, accuracy: hits / 4 })));
  });

  test("tells every mistake, the worst first, and agrees with itself", async () => {
    await writePictures(store, "/mixed", drawnPictures({ classes: 3, perClass: 6, seed: 9 }));
    // A flower under the wrong name: sure to be a mistake of a model that knows flowers.
    await store.write("/mixed/heart/odd.png", await store.read("/data/train/flower/0.png"));
    const { evaluation, classes, accuracy, loss, count } = await evaluateRun({ run: "/run", data: "/mixed" }, host);
    const { worst, confusion = [], measures, intervals } = evaluation;
    const wrong = confusion.flatMap((row, truth) => row.filter((_, said) => said !== truth));
    expect(worst.length).toBe(wrong.reduce((sum, cell) => sum + cell, 0));
    expect(worst.map((row) => row.loss)).toEqual(worst.map((row) => row.loss).sort((a, b) => b - a));
    expect(worst).toContainEqual(
      expect.objectContaining({ name: "heart/odd.png", truth: "heart", score: expect.any(Number) }),
    );
    for (const { truth, predicted, score = 0, truthScore = 1 } of worst) {
      expect([truth === predicted, score > truthScore]).toEqual([false, true]);
    }
    expect([evaluation.kind, evaluation.count]).toEqual(["classes", count]);
    expect([measures.accuracy, measures.loss]).toBeAllclose([accuracy, loss]);
    expect(intervals.accuracy?.low).toBeLessThan(accuracy);
    expect(intervals.accuracy?.high).toBeGreaterThan(accuracy);
    expect(evaluation.classes.map((row) => row.recall)).toEqual(classes.map((row) => row.accuracy));
    expect(JSON.parse(JSON.stringify(evaluation))).toEqual(evaluation);
  });

  test("writes what was said of each picture as a table", async () => {
    const { accuracy } = await evaluateRun({ run: "/run", data: "/data/val", predictions: "/out/said.csv" }, host);
    const [header, ...rows] = (await store.readText("/out/said.csv")).trim().split("\r\n");
    expect(header).toBe("name,truth,predicted,score,loss,score:crescent,score:flower,score:heart");
    const cells = rows.map((row) => row.split(","));
    expect(cells.map(([name, truth]) => [name?.split("/")[0], truth])).toEqual(
      cells.map(([, truth]) => [truth, truth]),
    );
    expect(cells.filter(([, truth, predicted]) => truth === predicted).length / rows.length).toBe(accuracy);
    for (const [, , , score, , ...scores] of cells) {
      expect(scores.reduce((sum, value) => sum + Number(value), 0)).toBeCloseTo(1, 9);
      expect(Number(score)).toBe(Math.max(...scores.map(Number)));
    }
  });

  test("does not depend on the batch beyond rounding", async () => {
    const [one, all] = await Promise.all(
      [1, 64].map((batch) => evaluateRun({ run: "/run", data: "/data/val", batch }, host)),
    );
    expect(one?.accuracy).toBe(all?.accuracy);
    expect(one?.loss).toBeAllclose(all?.loss ?? Number.NaN, { rtol: 1e-5 });
  });

  test("takes the model folder and the .onnx file inside of a run too", async () => {
    const whole = await evaluateRun({ run: "/run", data: "/data/val" }, host);
    expect(await evaluateRun({ run: "/run/model", data: "/data/val" }, host)).toEqual(whole);
    await store.write("/bare/model.onnx", await store.read("/run/model/onnx/model.onnx"));
    await expect(evaluateRun({ run: "/bare/model.onnx", data: "/data/val" }, host)).rejects.toMatchObject({
      code: "no-preprocessing",
    });
  });

  test("a folder with some of the classes is judged on those", async () => {
    const stars = drawnPictures({ classes: 1, perClass: 3, seed: 5 });
    await writePictures(store, "/some", stars);
    const { count, classes } = await evaluateRun({ run: "/run", data: "/some" }, host);
    expect([count, classes.map(({ name }) => name)]).toEqual([3, ["crescent"]]);
  });

  test("leaves out and lists what cannot be read", async () => {
    await writePictures(store, "/torn", drawnPictures({ classes: 2, perClass: 6, seed: 5 }));
    await store.write("/torn/flower/torn.png", (await store.read("/torn/flower/1.png")).slice(0, 300));
    const { count, skipped } = await evaluateRun({ run: "/run", data: "/torn" }, host);
    expect(count).toBe(12);
    expect(skipped).toEqual([{ name: "flower/torn.png", reason: expect.stringContaining("cannot be decoded") }]);
    await expect(evaluateRun({ run: "/run", data: "/torn", maxBadFraction: 0.05 }, host)).rejects.toMatchObject({
      code: "too-many-bad-images",
    });
  });

  test("evaluates a model that was not trained here, by its own labels", async () => {
    for (const label of tinyLabels) await store.makeFolder(`/theirs/${label}`);
    await writePictures(store, "/theirs/drum", drawnPictures({ classes: 1, perClass: 2 }));
    const { count, classes } = await evaluateRun({ run: "/models/tiny", data: "/theirs" }, host);
    expect([count, classes.map(({ name }) => name)]).toEqual([2, ["drum"]]);
  });

  test.each([
    ["a folder that is not there", { data: "/nowhere" }, "no-such-folder"],
    ["the parent of the parts", { data: "/data" }, "class-mismatch"],
    ["a run that is not there", { run: "/nowhere" }, "no-model"],
    ["a batch of nothing", { batch: 0 }, "bad-option"],
    ["an unknown option", { top: 3 }, "bad-option"],
    ["a table by the name of a picture", { predictions: "/data/val/flower/0.png" }, "bad-option"],
  ])("refuses %s", async (_, options, code) => {
    await expect(evaluateRun({ run: "/run", data: "/data/val", ...options }, host)).rejects.toMatchObject({ code });
  });
});

describe("predictRun", () => {
  const ask = async (images: readonly string[], options: { readonly top?: number } = {}) =>
    collected(predictRun({ run: "/run", images, ...options }, host));

  test("answers in the order given, over several batches, with an error where a picture cannot be read", async () => {
    await store.write("/odd/text.jpg", "this is text");
    const files = Array.from({ length: 35 }, (_, at) => `/data/train/flower/${at % 8}.png`);
    const images = [...files.slice(0, 20), "/odd/text.jpg", "/odd/gone.jpg", ...files.slice(20)];
    const found = await ask(images);
    expect(found.map(({ image }) => image)).toEqual(images);
    expect(found.flatMap((one, at) => ("error" in one ? [[at, one.error.code]] : []))).toEqual([
      [20, "unreadable-image"],
      [21, "no-such-file"],
    ]);
    const scores = new Map<string, number>();
    for (const one of found) {
      if ("error" in one) continue;
      expect(one.score).toBeCloseTo(scores.get(one.image) ?? one.score, 5);
      scores.set(one.image, one.score);
    }
    expect(new Set(scores.values()).size).toBe(8);
  });

  test("gives as many labels as asked for, best first", async () => {
    const [found] = await ask(["/data/val/heart/0.png"], { top: 2 });
    expect(found).toMatchObject({ label: expect.any(String), top: [{}, {}] });
    if (!found || "error" in found) throw new Error("no prediction");
    expect(found.top[0]).toEqual({ label: found.label, score: found.score });
    expect(found.top[0]?.score).toBeGreaterThanOrEqual(found.top[1]?.score ?? 1);
  });

  test("of no picture is no prediction, of unreadable ones alone only errors", async () => {
    expect(await ask([])).toEqual([]);
    expect((await ask(["/odd/gone.jpg"])).map((one) => "error" in one)).toEqual([true]);
  });

  test("refuses a model that is not there, and no labels", async () => {
    await expect(collected(predictRun({ run: "/nowhere", images: [] }, host))).rejects.toMatchObject({
      code: "no-model",
    });
    await expect(ask([], { top: 0 })).rejects.toThrow("top must be a whole number from 1, not 0.");
  });
});
