import { z } from "zod";
import { TrainingError } from "../../base/errors.ts";
import type { Tensors } from "../../runtime/runtime.ts";
import { type EpochRecord, epochRecordSchema } from "../epoch-record.ts";
import { type Progress, progressSchema } from "../progress.ts";
import type { StoredCheckpoint } from "./checkpoints.ts";

/** The best epoch so far, and the file that holds its weights. */
export interface KeptBest {
  readonly record: EpochRecord;
  readonly file: string;
}

/** What a checkpoint says beside its tensors. */
export interface CheckpointNote {
  readonly phase: string;
  readonly progress: Progress;
  readonly best: KeptBest | null;
  /** The file with the weights that the phase began with; null where those are the model's own. */
  readonly began: string | null;
  /** What the run added. */
  readonly about?: unknown;
}

const noteSchema = z.object({
  phase: z.string(),
  progress: progressSchema,
  best: z.object({ record: epochRecordSchema, file: z.string() }).nullable(),
  began: z.string().nullable(),
  about: z.unknown(),
}) satisfies z.ZodType<CheckpointNote>;

/** @throws {TrainingError} "bad-checkpoint" where another version wrote it */
export function readNote({ file, note }: StoredCheckpoint): CheckpointNote {
  const read = noteSchema.safeParse(note === "" ? undefined : JSON.parse(note));
  if (read.success) return read.data;
  throw otherVersion(file, read.error);
}

export const otherVersion = (file: string, cause: unknown): TrainingError =>
  new TrainingError("bad-checkpoint", `${file} is whole, but another version of Regraft wrote it.`, {
    hint: "Go on with the version that began the run, or train anew.",
    cause,
  });

/** Weights of the best epoch of the phase itself; undefined where an earlier one was better, or none was over. */
export function bestOf({ best, began }: CheckpointNote, { needed }: StoredCheckpoint) {
  const weights = best === null || best.file === began ? undefined : needed.get(best.file);
  return best && weights ? { record: best.record, weights } : undefined;
}

/** The weights that the phase began with; undefined where those are the model's own. */
export const beganWith = ({ began }: CheckpointNote, { needed }: StoredCheckpoint): Tensors | undefined =>
  began === null ? undefined : needed.get(began);
