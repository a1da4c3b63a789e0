import { lastLine } from "./json-lines.ts";
import { timedSteps } from "./networks.ts";
import { type Measurement, whatOf } from "./plan.ts";
import { type ProgramOptions, programOf } from "./programs.ts";
import type { BenchRecord, Failure } from "./results.ts";
import { type Finished, runProgram } from "./run-program.ts";
import { toldError, toldJob, toldRun, toldStep } from "./told.ts";

/** What one process gave. */
export interface Measured {
  readonly record: BenchRecord;
  /** Of the packages that did it, where it told. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Runs one process and reads what it told; one that fails is a record too. */
export async function measure(
  measurement: Measurement,
  { signal, ...options }: ProgramOptions & { readonly signal: AbortSignal },
): Promise<Measured> {
  const program = programOf(measurement, options);
  if (!program) return failed(measurement, "what it needs is not here");
  return measuredOf(measurement, await runProgram(program, { signal }), options);
}

/** What a process that has ended tells of its measurement. */
export function measuredOf(
  measurement: Measurement,
  finished: Finished,
  { steps }: Pick<ProgramOptions, "steps">,
): Measured {
  const { code, output, errors } = finished;
  if (code !== 0) return failed(measurement, toldError(output) ?? lastLine(errors) ?? endOf(code));
  return (
    (measurement.type === "step" ? ofStep(measurement, output, steps) : ofJob(measurement, finished)) ??
    failed(measurement, "its last line is not the JSON that it should be")
  );
}

const endOf = (code: number | undefined): string =>
  code === undefined ? "it was ended by a signal" : `it ended with code ${code}`;

function ofStep(measurement: Measurement & { type: "step" }, output: string, steps: number): Measured | undefined {
  const told = toldStep(output);
  if (!told) return undefined;
  const { versions, ...numbers } = told;
  return { record: { ...measurement, steps: timedSteps(measurement.mode, steps), ...numbers }, versions };
}

function ofJob(measurement: Measurement & { type: "job" }, { output, seconds, peakRssMb }: Finished) {
  const told = measurement.contestant === "ours" ? toldRun(output) : toldJob(output);
  if (!told) return undefined;
  const { versions, ...numbers } = told;
  const peak = peakRssMb === undefined ? {} : { peakRssMb };
  return { record: { ...measurement, seconds, ...numbers, ...peak }, versions };
}

function failed(measurement: Measurement, reason: string): Measured {
  const { round, contestant } = measurement;
  const record: Failure = { type: "failure", round, contestant, what: whatOf(measurement), reason };
  return { record, versions: {} };
}
