import { readFile } from "node:fs/promises";
import { UsageError } from "../src/base/errors.ts";
import type { Terminal } from "../src/cli/output/terminal.ts";
import { printJson } from "../src/cli/output/ui.ts";
import { type BenchFlags, benchFlags } from "./flags.ts";
import { jobRows } from "./job-rows.ts";
import { keeper } from "./keep.ts";
import { measureAll } from "./measure-all.ts";
import { openPage } from "./page.ts";
import { remarks, report } from "./report.ts";
import { mergeResults, parseResults, type Results } from "./results.ts";
import { stepRows } from "./step-rows.ts";

export interface BenchSetting {
  /** Data. */
  readonly out: Terminal;
  /** Progress and remarks. */
  readonly err: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends the process that runs, and all of it. */
  readonly signal: AbortSignal;
}

/**
 * Measures, or reads what was measured, and tells it.
 *
 * @returns the exit code: 1 where a process failed
 * @throws {UsageError} "bad-option" · {HostError} "interrupted"
 */
export async function bench(flags: BenchFlags, setting: BenchSetting): Promise<0 | 1> {
  refuseBoth(flags);
  const page = await openPage(flags.markdown, ["steps", "job"]);
  const results = flags.from ? await readAll(flags.from) : await measured(flags, setting);
  setting.err.clearStatus();
  if (flags.from && flags.out !== undefined) await keeper(flags.out)(results);
  tell(results, flags, setting);
  await page?.write(report(results));
  return results.records.some(({ type }) => type === "failure") ? 1 : 0;
}

/** --from measures nothing, so what tells how to measure would be passed over. */
function refuseBoth({ from, out: _, markdown: __, json: ___, ...measuring }: BenchFlags): void {
  const given = Object.entries(benchFlags).find(([key]) => Object.hasOwn(measuring, key))?.[1];
  if (from === undefined || given === undefined) return;
  throw new UsageError("bad-option", `--from measures nothing, and ${given.term} tells how to measure.`, {
    hint: "Leave one of the two out.",
  });
}

async function readAll(files: readonly string[]): Promise<Results> {
  const texts = files.map(async (file) => {
    try {
      return parseResults(await readFile(file, "utf8"), file);
    } catch (cause) {
      if (cause instanceof UsageError) throw cause;
      throw new UsageError("bad-option", `--from: ${file} cannot be read.`, { cause, hint: "Check the path." });
    }
  });
  return mergeResults(await Promise.all(texts));
}

async function measured(flags: BenchFlags, { out, err, env, signal }: BenchSetting): Promise<Results> {
  const keep = flags.out === undefined ? undefined : keeper(flags.out);
  return measureAll(flags, {
    err,
    env,
    signal,
    onRecord: async (record, soFar) => {
      if (flags.json) printJson({ out }, record);
      await keep?.(soFar);
    },
  });
}

function tell(results: Results, { json = false, from }: BenchFlags, { out, err }: BenchSetting): void {
  const [parts, told] = [report(results), remarks(results)];
  if (json) {
    const { about, records } = results;
    printJson({ out }, { type: "result", about, steps: stepRows(records), job: jobRows(records), remarks: told });
    return;
  }
  for (const part of Object.values(parts)) out.line(`\n${part}`);
  // What was measured now has been told of as it went.
  if (from) for (const remark of told) err.line(`\n${remark}`);
}
