import { z } from "zod";
import { TrainingError } from "../../base/errors.ts";
import type { MeasureName } from "../../evaluation/measures.ts";
import { type Checkpointing, type CheckpointPace, checkpointing } from "../../training/callbacks/checkpoint.ts";
import { monitorOf } from "../../training/callbacks/monitor.ts";
import {
  beganWith,
  bestOf,
  type CheckpointNote,
  otherVersion,
  readNote,
} from "../../training/checkpoints/checkpoint-note.ts";
import { Checkpoints, type RefusedCheckpoint, type StoredCheckpoint } from "../../training/checkpoints/checkpoints.ts";
import { epochRecordSchema, reading, whole } from "../../training/epoch-record.ts";
import type { Callback } from "../../training/events.ts";
import { leftOutSchema } from "../../training/progress.ts";
import type { Host } from "../host.ts";
import type { PhaseStart, RecipeResume } from "../recipe.ts";
import type { RunFolder } from "../run-folder.ts";
import type { Fingerprint } from "./fingerprint.ts";

export interface RunCheckpointOptions {
  readonly every: CheckpointPace;
  /** Checkpoints that stay, from 1. */
  readonly keep: number;
  readonly metric: MeasureName;
  readonly fingerprint: Fingerprint;
}

/** The checkpoints of a run, and where it goes on. */
export interface RunCheckpoints {
  /** The callback that writes those of a phase. */
  phase(start: PhaseStart): Callback;
  /** Where the run stands; undefined where it begins. */
  readonly resume: RecipeResume | undefined;
  /** Checkpoints that were no longer whole, the latest first. */
  readonly refused: readonly RefusedCheckpoint[];
}

/**
 * The checkpoints of a run, with those that an earlier process left.
 *
 * @throws {TrainingError} "cannot-resume" where data or model are others than before · "bad-checkpoint"
 */
export async function runCheckpoints(
  { every, keep, metric, fingerprint }: RunCheckpointOptions,
  { folder, host: { store, now } }: { readonly folder: RunFolder; readonly host: Pick<Host, "store" | "now"> },
): Promise<RunCheckpoints> {
  const checkpoints = new Checkpoints({ store, folder: folder.paths.checkpoints, keep });
  const { checkpoint, refused } = await checkpoints.latest();
  const note = checkpoint && readOwn(checkpoint);
  if (note) checkFingerprint(note.about.fingerprint, fingerprint);
  const writing = checkpointing({ checkpoints, every, monitor: monitorOf(metric), now, best: note?.best ?? undefined });
  return {
    resume: checkpoint && note && resumeFrom(checkpoint, note),
    refused,
    phase: (start) => phaseCallback(writing, start, { note, fingerprint }),
  };
}

function phaseCallback(
  writing: Checkpointing,
  { phase, before }: PhaseStart,
  { note, fingerprint }: { readonly note: Note | undefined; readonly fingerprint: Fingerprint },
): Callback {
  const about = { phase, about: { before, fingerprint } };
  return note?.phase === phase ? writing.resumed(about, note.began ?? undefined) : writing.phase(about);
}

const phaseName = z.enum(["head", "tune", "scratch"]);
const phaseResult = z.object({
  name: phaseName,
  epochs: whole,
  learningRate: z.number(),
  seconds: z.number(),
  valLoss: reading,
  valAccuracy: reading,
  best: z.object({ metric: z.custom<MeasureName>((name) => typeof name === "string"), value: reading }).exactOptional(),
});

const ownSchema = z.object({
  phase: phaseName,
  about: z.object({
    before: z.object({
      phases: z.array(phaseResult),
      epochs: z.array(epochRecordSchema.extend({ phase: phaseName })),
      best: epochRecordSchema.optional(),
      leftOut: leftOutSchema,
    }),
    fingerprint: z.object({ train: whole, validation: whole, base: whole }),
  }),
});

type Note = CheckpointNote & z.infer<typeof ownSchema>;

function readOwn(checkpoint: StoredCheckpoint): Note {
  const note = readNote(checkpoint);
  const own = ownSchema.safeParse(note);
  if (own.success) return { ...note, ...own.data };
  throw otherVersion(checkpoint.file, own.error);
}

function checkFingerprint(then: Fingerprint, now: Fingerprint): void {
  const whats = [
    ["train", "The training pictures"],
    ["validation", "The validation pictures"],
    ["base", "The weights of the base model"],
  ] as const;
  const changed = whats.filter(([name]) => then[name] !== now[name]).map(([, what]) => what);
  if (changed.length === 0) return;
  throw new TrainingError("cannot-resume", `${changed.join(", ")} are not those that the run began with.`, {
    hint: "Put back what was there, or train anew with another --out.",
  });
}

function resumeFrom(checkpoint: StoredCheckpoint, note: Note): RecipeResume {
  const { phase, progress, about } = note;
  return {
    phase,
    before: about.before,
    weights: beganWith(note, checkpoint),
    fit: { progress, state: checkpoint.state },
    best: bestOf(note, checkpoint),
  };
}
