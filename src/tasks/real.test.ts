import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename } from "node:path";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { beforeAll, describe, expect, test } from "vitest";
import { diskHost } from "../../test/fixtures/host.ts";
import { shared, whySkipped } from "../../test/shared.ts";
import { argmax } from "../evaluation/scores.ts";
import { evaluateRun } from "./evaluate-run.ts";
import { predictRun } from "./predict-run.ts";
import { trainRun } from "./train-run.ts";

const model = shared("models/mobilenet_v2_1.0_224") ?? "";
const photos = shared("data/photos") ?? "";
const golden = shared("golden/preprocess") ?? "";
const insects = shared("data/hymenoptera") ?? "";
const isHere = [model, photos, golden, insects].every((path) => path !== "");

/** Two threads: the engine, and nothing shared with other tests. */
const host = { ...diskHost(), threads: 2 };

async function labelsOf(images: readonly string[]): Promise<readonly string[]> {
  const labels: string[] = [];
  for await (const found of predictRun({ run: model, images }, host)) labels.push("label" in found ? found.label : "");
  return labels;
}

const readJson = async <T>(path: string): Promise<T> => JSON.parse(await readFile(path, "utf8"));

describe.skipIf(!isHere)(`MobileNetV2 on real photos (${isHere ? "shared folder" : whySkipped})`, () => {
  test("names what is on all seven photos", async () => {
    const files = (await readdir(photos)).sort();
    const found = await labelsOf(files.map((file) => `${photos}/${file}`));
    // "n02077923_sea_lion.JPEG" is of the class "sea lion"; ImageNet gives some classes several names.
    const expected = files.map((file) => file.replace(/^n\d+_(.*)\.JPEG$/, "$1").replaceAll("_", " "));
    expect(found.map((label) => label.split(", ")[0])).toEqual(expected);
    expect(files.length).toBe(7);
  });

  test("says the same as onnxruntime alone does on pictures that Pillow prepared", async () => {
    const session = await InferenceSession.create(await readFile(`${model}/model.onnx`));
    const { id2label } = await readJson<{ readonly id2label: Readonly<Record<string, string>> }>(
      `${model}/config.json`,
    );
    const cases = Object.entries(
      await readJson<Readonly<Record<string, { readonly file: string }>>>(`${golden}/cases.json`),
    );
    const alone: string[] = [];
    for (const [number] of cases) {
      const { data } = await host.decoder.decode(await readFile(`${golden}/${number}.bilinear.png`));
      const logits = await session.run({ [session.inputNames[0] ?? ""]: pixelsOf(data) });
      const best = argmax(logits[session.outputNames[0] ?? ""]?.data as Float32Array);
      alone.push(id2label[best] ?? "");
    }
    expect(await labelsOf(cases.map(([, { file }]) => shared(`data/${file}`) ?? file))).toEqual(alone);
    expect(new Set(alone).size).toBeGreaterThan(1);
  });

  describe("with a new head for ants and bees", () => {
    let folder = "";
    beforeAll(async () => {
      folder = await mkdtemp(`${tmpdir()}/regraft-insects-`);
      await copySome("train", 20);
      await copySome("val", 20);
      return () => rm(folder, { recursive: true, force: true });
    });

    async function copySome(part: string, perClass: number): Promise<void> {
      for (const name of ["ants", "bees"]) {
        const files = (await readdir(`${insects}/${part}/${name}`)).filter((file) => file.endsWith(".jpg")).sort();
        for (const file of files.slice(0, perClass)) {
          const path = `${insects}/${part}/${name}/${file}`;
          await host.store.write(`${folder}/data/${part}/${name}/${basename(file)}`, await readFile(path));
        }
      }
    }

    test("learns from 40 photos to tell 40 others, and what was saved says the same", async () => {
      const run = `${folder}/run`;
      const result = await trainRun(
        { model, data: `${folder}/data`, out: run, tuneEpochs: 0, seed: 1, threads: 2 },
        host,
      );
      expect(result.valAccuracy).toBeGreaterThan(0.8);
      expect(result.skipped).toEqual([]);
      const measured = await evaluateRun({ run, data: `${folder}/data/val` }, host);
      expect(measured).toMatchObject({ count: 40, accuracy: result.valAccuracy });
      expect(measured.loss).toBeAllclose(result.valLoss, { rtol: 1e-4 });
    });
  });
});

/** As the model's preprocessor_config.json asks: x / 127.5 − 1, [1, 3, 224, 224]. */
function pixelsOf(data: Uint8Array): OrtTensor {
  const size = 224 * 224;
  const values = Float32Array.from(
    { length: 3 * size },
    (_, at) => (data[(at % size) * 3 + Math.floor(at / size)] ?? 0) / 127.5 - 1,
  );
  return new OrtTensor("float32", values, [1, 3, 224, 224]);
}
