import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeSample } from "../../../src/data/sample/write-sample.ts";
import { nodeHost } from "../../../src/hosts/node.ts";
import {
  type Callback,
  checkpoint,
  csvFile,
  type FineTuneOptions,
  fineTune,
  historyFile,
  imageFolder,
  loadBase,
  tensorBoard,
} from "../../../src/index.ts";
import { shared } from "../../shared.ts";
import type { Sample } from "./growth.ts";
import { resourcesHeld } from "./resources.ts";

/** More epochs than any run has: the number of steps ends it. */
const endless = 1_000_000;

/** What is trained: each way of a step that `regraft train` has. */
export const modes = {
  /** A new head on cached features. */
  head: { headEpochs: endless, unfreeze: "none" },
  /** The base too, pictures decoded and varied anew in every epoch. */
  augmented: {
    ...{ headEpochs: 0, tuneEpochs: endless, unfreeze: "all", tuneLearningRate: 1e-6 },
    augment: { randomResizedCrop: { scale: [0.5, 1] }, horizontalFlip: 0.5 },
  },
} as const satisfies Readonly<Record<string, FineTuneOptions>>;

export type ModeName = keyof typeof modes;

export interface TrainOptions {
  readonly mode: ModeName;
  /** Steps to train, from 1. */
  readonly steps: number;
  /** Pictures per step. */
  readonly batch: number;
  /** Steps from one sample to the next. */
  readonly every: number;
  readonly onSample: (sample: Sample) => void;
}

/** Files that a long run opens and closes again, after each epoch. */
const logs = (folder: string): readonly Callback[] => [
  checkpoint(join(folder, "checkpoints")),
  historyFile(join(folder, "history.jsonl")),
  csvFile(join(folder, "history.csv")),
  tensorBoard(join(folder, "tensorboard")).phase("long"),
];

/**
 * Trains through the public API for some steps, on real photos where they are here and on drawn ones where not, with all that a run
 * writes, and looks at what the process holds as it goes.
 *
 * @returns what it was trained on
 */
export async function trainForSteps({ mode, steps, batch, every, onSample }: TrainOptions): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "regraft-memory-"));
  try {
    const photos = shared("data/hymenoptera");
    const data = photos ?? (await drawn(join(folder, "drawn")));
    const base = await loadBase(fileURLToPath(new URL("../../../models/sketchnet", import.meta.url)));
    const wanted = { aborted: false };
    let done = 0;
    const watch: Callback = (event) => {
      if (event.type !== "step") return;
      done++;
      if (done % every === 0) note(done, onSample);
      wanted.aborted = done >= steps;
    };
    await fineTune(base, await imageFolder(data), {
      ...modes[mode],
      batch,
      signal: wanted,
      callbacks: () => [...logs(folder), watch],
    });
    return photos === undefined ? "drawn pictures" : "photos of hymenoptera";
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function drawn(folder: string): Promise<string> {
  const { store, encoder } = nodeHost();
  await writeSample(folder, { store, encoder, perClass: 40 });
  return folder;
}

function note(step: number, onSample: (sample: Sample) => void): void {
  const held = resourcesHeld();
  if (held) onSample({ step, ...held });
}
