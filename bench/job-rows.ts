import { median } from "../src/base/median.ts";
import { type JobContestant, jobContestants, jobTargets } from "./job-recipe.ts";
import type { Target } from "./networks.ts";
import { type Ratio, ratio } from "./ratio.ts";
import type { BenchRecord, JobRecord } from "./results.ts";

/** Who did the whole job, and how; medians over the rounds. */
export interface JobRow {
  readonly contestant: JobContestant;
  /** Of the whole process. */
  readonly seconds: number;
  readonly headSeconds: number;
  readonly tuneSeconds: number;
  /** Of the validation pictures, 0 to 1. */
  readonly accuracy: number;
  /** MiB */
  readonly peakRssMb?: number;
  /** Ours divided by theirs, seconds; not of ours itself. */
  readonly ratio?: Ratio;
  readonly target?: Target;
}

/** A row for each who did the job. */
export function jobRows(records: readonly BenchRecord[]): readonly JobRow[] {
  const jobs = records.filter((record) => record.type === "job");
  const of = (who: JobContestant) => jobs.filter(({ contestant }) => contestant === who);
  return jobContestants.flatMap((who) => (of(who).length === 0 ? [] : [jobRow(who, of(who), of("ours"))]));
}

function jobRow(contestant: JobContestant, jobs: readonly JobRecord[], ours: readonly JobRecord[]): JobRow {
  const middleOf = (read: (job: JobRecord) => number) => median(jobs.map(read));
  const peaks = jobs.flatMap(({ peakRssMb }) => peakRssMb ?? []);
  return {
    contestant,
    seconds: middleOf(({ seconds }) => seconds),
    headSeconds: middleOf(({ headSeconds }) => headSeconds),
    tuneSeconds: middleOf(({ tuneSeconds }) => tuneSeconds),
    accuracy: middleOf(({ accuracy }) => accuracy),
    ...(peaks.length === 0 ? {} : { peakRssMb: median(peaks) }),
    ...(contestant === "ours" ? {} : compared(contestant, jobs, ours)),
  };
}

function compared(contestant: keyof typeof jobTargets, jobs: readonly JobRecord[], ours: readonly JobRecord[]) {
  const byRound = (made: readonly JobRecord[]) => new Map(made.map(({ round, seconds }) => [round, seconds]));
  const found = ratio(byRound(ours), byRound(jobs));
  return { ...(found ? { ratio: found } : {}), target: jobTargets[contestant] };
}
