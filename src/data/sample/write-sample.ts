import { HostError } from "../../base/errors.ts";
import { checkNumber, refuseUnknown } from "../../base/options.ts";
import { random } from "../../base/random.ts";
import type { ImageEncoder } from "../../image/image.ts";
import type { Store } from "../../store/store.ts";
import { drawSample, type SampleTask, sampleTasks } from "./draw-sample.ts";

export interface WriteSampleOptions {
  readonly store: Store;
  readonly encoder: ImageEncoder;
  /** Which classes: the sample's five shapes, or the ten sketches for pre-training. */
  readonly task?: SampleTask;
  /** Pictures of each class, from 1. */
  readonly perClass?: number;
  /** Pixels a side, from 16. */
  readonly size?: number;
  /** Equal seeds give equal pictures; a larger `perClass` adds to the same ones. */
  readonly seed?: number;
}

export interface WrittenSample {
  readonly classes: readonly string[];
  /** Pictures in all. */
  readonly count: number;
}

/**
 * Draws a data set into an image folder: `<folder>/<class>/001.png` and so on. Where that fails, nothing stays.
 *
 * @throws {HostError} "write-failed" for a folder that holds something · "disk-full"
 * @throws {UsageError} "bad-option"
 */
export async function writeSample(folder: string, options: WriteSampleOptions): Promise<WrittenSample> {
  const { store, encoder, task = "shapes", perClass = 60, size = 96, seed = 0, ...rest } = options;
  refuseUnknown("writeSample", rest);
  checkNumber("perClass", perClass, { min: 1, integer: true });
  checkNumber("size", size, { min: 16, integer: true });
  const classes = sampleTasks[task];
  const stood = (await store.kind(folder)) === "folder";
  if (stood && (await store.list(folder)).length > 0) {
    throw new HostError("write-failed", `${folder} is not empty: the sample would mix with what is there.`, {
      hint: "Name a new folder, or remove this one.",
    });
  }
  try {
    for (const className of classes) {
      for (let number = 1; number <= perClass; number++) {
        const picture = drawSample(className, random(seed).fork(className, number), size);
        const path = store.join(folder, className, `${String(number).padStart(3, "0")}.png`);
        await store.write(path, await encoder.encodePng(picture));
      }
    }
  } catch (error) {
    await removeDrawn(stood ? classes.map((name) => store.join(folder, name)) : [folder], store);
    throw error;
  }
  return { classes, count: classes.length * perClass };
}

/** A part of a data set looks like a whole one. What a failing disk does not let go stays: the first error says more. */
async function removeDrawn(folders: readonly string[], store: Store): Promise<void> {
  await Promise.allSettled(folders.map((folder) => store.remove(folder)));
}
