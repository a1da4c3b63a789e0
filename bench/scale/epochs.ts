import { join } from "node:path";
import { z } from "zod";
import { count } from "../../src/base/words.ts";
import { linesOf, type Measure, type MeasureContext, regraft } from "./measure.ts";

const told = z.object({ type: z.literal("epoch"), seconds: z.number() });

/** One epoch of all layers: read, decode, forward, backward, update; then validate on a tenth. A process for each size. */
export const epochs: Measure = async function* (context) {
  for (const images of context.sizes) {
    context.status(`an epoch of ${count(images)} images`);
    const { seconds, peakRssMb } = await epochOf(images, context);
    yield { type: "epoch", images, seconds, ...(peakRssMb === undefined ? {} : { peakRssMb }) };
  }
};

async function epochOf(images: number, { place, signal }: MeasureContext) {
  const folder = await place.linked(images);
  const finished = await regraft(
    [
      ...["train", folder, "--model", "models/sketchnet", "--out", join(place.folder, "run"), "--overwrite"],
      ...["--head-epochs", "0", "--tune-epochs", "1", "--val", "0.1", "--json"],
    ],
    { signal },
  );
  const epoch = linesOf(finished).flatMap((line) => told.safeParse(line).data ?? [])[0];
  return { seconds: epoch?.seconds ?? Number.NaN, peakRssMb: finished.peakRssMb };
}
