import { random } from "../base/random.ts";
import { writeSample } from "../data/sample/write-sample.ts";
import type { DemoPaths } from "./demo-folder.ts";
import type { Host } from "./host.ts";

export interface DrawnPictures {
  /** Folder of the pictures to learn from and to judge by. */
  readonly pictures: string;
  readonly classes: readonly string[];
  /** Pictures to learn from, and to judge by, in all. */
  readonly train: number;
  readonly val: number;
}

interface DrawOptions {
  readonly seed: number;
  readonly trainPerClass: number;
  readonly valPerClass: number;
}

/** Of each class, to be named at the end. */
const unseenPerClass = 2;

/** Draws pictures to learn from, others to judge by, and a few more to be named at the end. */
export async function drawPictures(
  { pictures, unseen }: DemoPaths,
  { seed, trainPerClass, valPerClass }: DrawOptions,
  { store, encoder }: Pick<Host, "store" | "encoder">,
): Promise<DrawnPictures> {
  const draw = (folder: string, part: string, perClass: number) =>
    writeSample(folder, {
      store,
      encoder,
      perClass,
      seed: random(seed)
        .fork(part)
        .int(2 ** 31),
    });
  const train = await draw(store.join(pictures, "train"), "train", trainPerClass);
  const val = await draw(store.join(pictures, "val"), "val", valPerClass);
  await draw(unseen, "unseen", unseenPerClass);
  return { pictures, classes: train.classes, train: train.count, val: val.count };
}

/** The pictures to be named: their paths, and what each shows. */
export async function unseenPictures(
  { unseen }: DemoPaths,
  { store }: Pick<Host, "store">,
): Promise<ReadonlyMap<string, string>> {
  const truths = new Map<string, string>();
  for (const className of await store.list(unseen)) {
    const folder = store.join(unseen, className);
    for (const name of await store.list(folder)) truths.set(store.join(folder, name), className);
  }
  return truths;
}
