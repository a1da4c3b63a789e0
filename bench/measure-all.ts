import { availableParallelism } from "node:os";
import { TrainingError } from "../src/base/errors.ts";
import { withDefaults } from "../src/base/options.ts";
import { milliseconds } from "../src/cli/output/bench.ts";
import type { Terminal } from "../src/cli/output/terminal.ts";
import { nodeHost } from "../src/hosts/node.ts";
import { type Contestant, contestants } from "./contestants.ts";
import { findPeers } from "./find-peers.ts";
import type { BenchFlags } from "./flags.ts";
import { type JobSite, openJobSite } from "./job-place.ts";
import { machine } from "./machine.ts";
import { measure } from "./measure.ts";
import { networkNames } from "./networks.ts";
import { type Measurement, plan, whatOf } from "./plan.ts";
import type { ProgramOptions } from "./programs.ts";
import type { About, BenchRecord, Results } from "./results.ts";

export interface MeasureOptions {
  readonly err: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Hears of each process as it ends, with all results up to it. */
  readonly onRecord: (record: BenchRecord, soFar: Results) => Promise<void>;
}

const defaults = { rounds: 3, jobRounds: 1, steps: 5, only: networkNames, modes: ["full", "forward", "job"] } as const;

/**
 * Measures all that was asked for, one process after another.
 *
 * @throws {TrainingError} "interrupted"
 */
export async function measureAll(flags: BenchFlags, options: MeasureOptions): Promise<Results> {
  const { rounds, jobRounds, steps, only, modes, threads } = {
    threads: availableParallelism(),
    ...withDefaults(defaults, flags),
  };
  const { pythons, notes: missing } = await findPeers(options.env);
  const site = modes.includes("job") ? await openJobSite() : undefined;
  const notes = site && "reason" in site ? [...missing, site.reason] : missing;
  for (const note of notes) options.err.line(note);
  const job = placeOf(site);
  const planned = plan({
    networks: only,
    modes: modes.filter((mode) => mode !== "job"),
    rounds,
    jobRounds: job ? jobRounds : 0,
    here: (who) => isHere(who, pythons),
  });
  const start = { date: new Date().toISOString(), machine: machine(), threads, notes };
  try {
    return await run(
      planned,
      { ...start, versions: nodeHost().versions },
      { ...options, steps, threads, pythons, job },
    );
  } finally {
    if (site && "close" in site) await site.close();
  }
}

const placeOf = (site: JobSite | undefined) => (site && "place" in site ? site.place : undefined);

function isHere(contestant: Contestant, pythons: ProgramOptions["pythons"]): boolean {
  const { peer } = contestants[contestant];
  return peer === undefined || pythons[peer] !== undefined;
}

async function run(
  planned: readonly Measurement[],
  start: About,
  { err, signal, onRecord, ...programs }: Omit<MeasureOptions, "env"> & ProgramOptions,
): Promise<Results> {
  let results: Results = { about: start, records: [] };
  for (const [at, measurement] of planned.entries()) {
    const title = `${whatOf(measurement)} · ${contestants[measurement.contestant].title}`;
    err.status(`  ${at + 1} of ${planned.length}  ${title} …`);
    const { record, versions } = await measure(measurement, { ...programs, signal });
    if (signal.aborted) throw new TrainingError("interrupted", "The benchmark was stopped.");
    err.line(`  round ${record.round}  ${title}: ${outcome(record)}`);
    const { about, records } = results;
    results = {
      about: { ...about, versions: { ...about.versions, ...versions } },
      records: [...records, record],
    };
    await onRecord(record, results);
  }
  return results;
}

function outcome(record: BenchRecord): string {
  if (record.type === "failure") return `failed: ${record.reason}`;
  return record.type === "job" ? `${record.seconds.toFixed(1)} s` : `${milliseconds(record.stepMs)} ms`;
}
