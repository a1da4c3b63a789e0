import { z } from "zod";
import { UsageError } from "../src/base/errors.ts";
import { contestantNames } from "./contestants.ts";
import { jobContestants } from "./job-recipe.ts";
import { networkNames } from "./networks.ts";
import { whatOf } from "./plan.ts";

const positive = z.number().positive();
const round = z.int().min(1);

const stepRecord = z
  .object({
    type: z.literal("step"),
    round,
    contestant: z.enum(contestantNames),
    network: z.enum(networkNames),
    mode: z.enum(["full", "forward"]),
    /** Steps that were timed. */
    steps: z.int().min(1),
    /** The median of them. */
    stepMs: positive,
    /** MiB */
    peakRssMb: positive,
  })
  .readonly();

const jobRecord = z
  .object({
    type: z.literal("job"),
    round,
    contestant: z.enum(jobContestants),
    /** Of the whole process, from its start to its end. */
    seconds: positive,
    headSeconds: positive,
    tuneSeconds: positive,
    /** The best of all epochs' on the validation pictures, 0 to 1. */
    accuracy: z.number(),
    /** MiB, of the process that was started; undefined where the system does not tell. */
    peakRssMb: positive.optional(),
  })
  .readonly();

const failure = z
  .object({
    type: z.literal("failure"),
    round,
    contestant: z.enum(contestantNames),
    /** "resnet18 full", "job" */
    what: z.string(),
    reason: z.string(),
  })
  .readonly();

const record = z.discriminatedUnion("type", [stepRecord, jobRecord, failure]);

export const aboutSchema = z
  .object({
    /** ISO 8601 */
    date: z.string(),
    machine: z
      .object({
        cpu: z.string(),
        cores: z.int(),
        /** undefined where the system does not tell. */
        avx512: z.boolean().optional(),
        /** GiB */
        memoryGb: z.number(),
      })
      .readonly(),
    threads: z.int(),
    /** By package. */
    versions: z.record(z.string(), z.string()).readonly(),
    /** Sentences: what was not measured, and why. */
    notes: z.array(z.string()).readonly(),
  })
  .readonly();

const results = z.object({ about: aboutSchema, records: z.array(record).readonly() }).readonly();

/** One process that did steps. */
export type StepRecord = z.output<typeof stepRecord>;
/** One process that did the whole job. */
export type JobRecord = z.output<typeof jobRecord>;
/** One process that did not do what it should. */
export type Failure = z.output<typeof failure>;
export type BenchRecord = z.output<typeof record>;
/** When, on what, and with what. */
export type About = z.output<typeof aboutSchema>;
/** What --out writes and --from reads. */
export type Results = z.output<typeof results>;

/** @throws {UsageError} "bad-option" */
export function parseResults(text: string, file: string): Results {
  try {
    return results.parse(JSON.parse(text));
  } catch (cause) {
    throw new UsageError("bad-option", `--from: ${file} does not hold results of this benchmark.`, {
      hint: "Name files that --out has written.",
      cause,
    });
  }
}

/**
 * Several results as one; the rounds of a later one are counted on.
 *
 * @throws {UsageError} "bad-option" where they are of different machines, threads or versions
 */
export function mergeResults(all: readonly Results[]): Results {
  return all.reduce((merged, next) => ({
    about: mergeAbout(merged.about, next.about),
    records: [...merged.records, ...next.records.map((made) => countedOn(made, merged.records))],
  }));
}

/** The record as of a round after those in which the same was done. */
function countedOn(made: BenchRecord, before: readonly BenchRecord[]): BenchRecord {
  const same = before.filter((record) => doneIn(record) === doneIn(made));
  return { ...made, round: made.round + Math.max(0, ...same.map(({ round }) => round)) };
}

const doneIn = (record: BenchRecord): string => (record.type === "failure" ? record.what : whatOf(record));

/** @throws {UsageError} "bad-option" where they are of different machines, threads or versions */
export function mergeAbout(a: About, b: About): About {
  const fixed = ({ machine, threads }: About) => JSON.stringify({ machine, threads });
  const changed = Object.keys(b.versions).find((name) => (a.versions[name] ?? b.versions[name]) !== b.versions[name]);
  if (fixed(a) !== fixed(b) || changed !== undefined) {
    const what = changed === undefined ? "machine or threads" : `versions of ${changed}`;
    throw new UsageError("bad-option", `--from: these results differ in ${what}; one table cannot hold both.`, {
      hint: "Measure them again on one machine.",
    });
  }
  return {
    ...b,
    date: a.date > b.date ? a.date : b.date,
    versions: { ...a.versions, ...b.versions },
    notes: [...new Set([...a.notes, ...b.notes])],
  };
}
