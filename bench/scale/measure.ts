import { HostError } from "../../src/base/errors.ts";
import { jsonLines, lastLine } from "../json-lines.ts";
import { type Finished, type RunOptions, runProgram } from "../run-program.ts";
import { toldError } from "../told.ts";
import { type Place, refuseStopped } from "./pictures.ts";
import type { ScaleRecord } from "./results.ts";

export interface MeasureContext {
  readonly place: Place;
  readonly signal: AbortSignal;
  /** Sizes of the folders whose epochs are timed, rising. */
  readonly sizes: readonly number[];
  /** Seconds that the large folder is trained on after its start, while its memory is watched. */
  readonly watchSeconds: number;
  /** Says what is done now. */
  readonly status: (text: string) => void;
}

/** Gives its numbers as they are found. */
export type Measure = (context: MeasureContext) => AsyncIterable<ScaleRecord>;

/**
 * Runs `regraft`.
 *
 * @throws {HostError} "interrupted"
 */
export async function regraft(args: readonly string[], { signal, ...options }: RunOptions & { signal: AbortSignal }) {
  const finished = await runProgram(
    { file: process.execPath, args: ["bin/regraft.js", ...args] },
    { signal, ...options },
  );
  refuseStopped(signal);
  return finished;
}

/**
 * Its JSON lines, where it ended well.
 *
 * @throws {HostError} "engine-failed" with what it said
 */
export function linesOf({ code, output, errors }: Finished): readonly Readonly<Record<string, unknown>>[] {
  if (code === 0) return jsonLines(output);
  const reason = toldError(output) ?? lastLine(errors) ?? `it ended with code ${code ?? "none"}`;
  throw new HostError("engine-failed", `regraft failed: ${reason}`);
}
