import { z } from "zod";
import { batches } from "../../src/data/batches.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { imageFolder } from "../../src/data/image-folder.ts";
import { nodeHost } from "../../src/hosts/node.ts";
import { preprocess } from "../../src/image/preprocess.ts";
import { preprocessingPresets } from "../../src/image/presets.ts";
import { shared } from "../../test/shared.ts";
import { linesOf, type Measure, type MeasureContext, regraft } from "./measure.ts";
import { refuseStopped } from "./pictures.ts";

const told = z.object({ imagesPerSecond: z.number() });

const most = 600;

/** As MobileNetV2's own folder says it. */
const preprocessing = preprocessingPresets.tf;

/** Each alone on all cores: while both go on, the slower of the two is what an epoch waits for. */
export const decodeSpeed: Measure = async function* (context) {
  const { place, status } = context;
  const [model, data] = [shared("models/mobilenet_v2_1.0_224"), shared("data/flowers")];
  yield await forwardSpeed(model ?? "mobilenet_v2", context);
  status("decoding");
  const host = nodeHost();
  const folder = data ?? (await place.photos());
  const { train } = await imageFolder(folder, { store: host.store, decoder: host.decoder });
  const photos = data === undefined ? "drawn JPEGs of 500 × 375" : "photos of flowers";
  const { images, seconds } = await decoded(train, context);
  yield { type: "figure", figure: "decode", value: images / seconds, how: `${images} ${photos}` };
};

async function forwardSpeed(model: string, { signal, status }: MeasureContext) {
  status("frozen MobileNetV2");
  const run = await regraft(["bench", "--model", model, "--mode", "forward", "--batch", "32", "--json"], { signal });
  const { imagesPerSecond } = told.parse(linesOf(run).at(-1));
  return { type: "figure", figure: "forward", value: imagesPerSecond, how: "batch 32, median of 10 steps" } as const;
}

/** Reads pictures as an epoch does, with nobody who uses them. */
async function decoded(dataset: Dataset, { signal }: MeasureContext) {
  // Spread over all classes, which differ in their pictures' sizes.
  const stride = Math.max(1, Math.floor(dataset.size / most));
  const indices = Array.from({ length: Math.min(most, dataset.size) }, (_, at) => at * stride);
  const began = performance.now();
  let images = 0;
  for await (const batch of batches(dataset, {
    indices,
    batch: 32,
    shape: [3, 224, 224],
    prepare: (image, into) => preprocess(image, preprocessing, into),
    onBad: () => {},
    signal,
  })) {
    images += batch.indices.length;
  }
  refuseStopped(signal);
  return { images, seconds: (performance.now() - began) / 1000 };
}
