import type { Tensors } from "../../runtime/runtime.ts";
import type { BestEpoch } from "../callbacks/best-weights.ts";
import type { FitResume } from "../fit.ts";
import { beganWith, bestOf, type KeptBest, readNote } from "./checkpoint-note.ts";
import type { Checkpoints } from "./checkpoints.ts";

/** What a `fit` goes on with. */
export interface LastCheckpoint {
  readonly phase: string;
  /** The weights that the phase began with; undefined where those are the model's own. */
  readonly began: Tensors | undefined;
  readonly fit: FitResume;
  /** The best epoch of the phase; undefined where none is over, or an earlier phase was better. */
  readonly best: BestEpoch | undefined;
  /** The files that hold the best weights so far, and those that the phase began with. */
  readonly files: { readonly best: KeptBest | undefined; readonly began: string | undefined };
}

/** The last whole checkpoint of a folder; those that are damaged are taken away. @throws {TrainingError} "bad-checkpoint" where another version wrote it */
export async function lastCheckpoint(checkpoints: Checkpoints): Promise<LastCheckpoint | undefined> {
  const { checkpoint } = await checkpoints.latest();
  if (!checkpoint) return undefined;
  const note = readNote(checkpoint);
  return {
    phase: note.phase,
    began: beganWith(note, checkpoint),
    fit: { progress: note.progress, state: checkpoint.state },
    best: bestOf(note, checkpoint),
    files: { best: note.best ?? undefined, began: note.began ?? undefined },
  };
}
