import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { testHost } from "../../test/fixtures/host.ts";
import { drawnPictures } from "../../test/fixtures/pictures.ts";
import { shared, whySkipped } from "../../test/shared.ts";
import { preprocessingPresets } from "../image/presets.ts";
import { adam } from "../program/optimizers.ts";
import { dense } from "../rewrite/layers.ts";
import { loadBase } from "./base-model.ts";
import { graft } from "./graft.ts";
import { inspectModel } from "./inspect.ts";
import { loadTrained } from "./trained-model.ts";

const folder = shared("golden/keras");
const pictures = drawnPictures({ classes: 2, perClass: 4, seed: 2, size: 40 });

/** A host whose only file is a Keras model. */
async function hostWith(file: string) {
  const host = testHost();
  await host.store.write(`/keras/${file}`, readFileSync(`${folder}/${file}`));
  return host;
}

describe.skipIf(folder === undefined)(
  `a Keras model as a base${folder === undefined ? ` (${whySkipped})` : ""}`,
  () => {
    test.each(["mini_vgg.keras", "mini_vgg.h5"])(
      "%s is trained as a whole, saved, and answers as before",
      async (file) => {
        const host = await hostWith(file);
        const preprocessing = {
          ...preprocessingPresets.tf,
          resize: { kind: "exact", width: 32, height: 32 },
          crop: undefined,
        } as const;
        const base = await loadBase("/keras", { preprocessing }, host);
        expect(base.features).toMatchObject({ size: 16, end: "predictions" });
        const model = graft(base, [dense(1)], { seed: 1 }, host);
        model.unfreeze("all");
        model.compile({ optimizer: adam({ learningRate: 0.01 }), loss: "binaryCrossEntropy" });
        const { epochs } = await model.fit(pictures, { epochs: 3, batch: 4 });
        const losses = epochs.map(({ loss }) => loss);
        expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0);
        const images = await Promise.all([0, 5].map((at) => pictures.load(at)));
        const before = await model.predict(images);
        await model.save("/saved", { overwrite: true });
        await model.close();
        const trained = await loadTrained("/saved", {}, host);
        const after = await trained.predict(images);
        await trained.close();
        for (const [at, { logits }] of after.entries()) {
          expect(logits).toBeAllclose(before[at]?.logits ?? [], { rtol: 1e-4, atol: 1e-5 });
        }
      },
    );

    test("mobilenet_v2_035.keras can be trained down to its first layer, and says how it wants its pictures", async () => {
      const host = await hostWith("mobilenet_v2_035.keras");
      const seen = await inspectModel({ model: "/keras/mobilenet_v2_035.keras" }, host);
      expect(seen).toMatchObject({
        producer: "keras 3.15.1",
        trainable: true,
        changes: [],
        head: { node: "predictions", classes: 10, softmax: true },
      });
      expect(seen.preprocessing).toMatchObject({
        resize: { kind: "exact", width: 96, height: 96 },
        mean: preprocessingPresets.tf.mean,
        channels: "RGB",
      });
      expect(seen.ops.Transpose ?? 0).toBe(0);
    });

    test("a model that does not say how its pictures are prepared asks", async () => {
      await expect(loadBase("/keras", {}, await hostWith("mini_vgg.keras"))).rejects.toMatchObject({
        code: "no-preprocessing",
      });
    });
  },
);
