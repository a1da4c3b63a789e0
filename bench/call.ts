import { CommanderError } from "commander";
import { errorLines, failureOf } from "../src/cli/output/error-lines.ts";
import { standardStream } from "../src/cli/output/standard-stream.ts";
import { Terminal } from "../src/cli/output/terminal.ts";
import { usageFailure } from "../src/cli/run-cli.ts";

export interface Called {
  /** Data. */
  readonly out: Terminal;
  /** Progress and remarks. */
  readonly err: Terminal;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Takes the text of --help. */
  readonly print: (text: string) => void;
}

/**
 * Runs a benchmark as this process, prints what went wrong and sets the exit code.
 *
 * @param calledAs how a person calls it
 */
export async function call(calledAs: string, work: (called: Called) => Promise<number>): Promise<void> {
  const out = new Terminal(standardStream(process.stdout), process.env);
  const err = new Terminal(standardStream(process.stderr), process.env);
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  const print = (text: string) => out.line(text.trimEnd());
  try {
    const argv = process.argv.slice(2);
    process.exitCode = await work({ out, err, argv, env: process.env, signal: stop.signal, print });
  } catch (error) {
    err.clearStatus();
    const isHelp = error instanceof CommanderError && error.exitCode === 0;
    const failure = error instanceof CommanderError ? usageFailure(error, calledAs) : failureOf(error);
    const debug = Boolean(process.env.REGRAFT_DEBUG);
    if (!isHelp) for (const line of errorLines(failure, { colors: err.colors, debug })) err.line(line);
    process.exitCode = isHelp ? 0 : failure.exitCode;
  }
}
