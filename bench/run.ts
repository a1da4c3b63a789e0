// `npm run bench`: what training takes here, beside PyTorch and Keras. See README.md in this folder.
import { CommanderError } from "commander";
import { errorLines, failureOf } from "../src/cli/output/error-lines.ts";
import { standardStream } from "../src/cli/output/standard-stream.ts";
import { Terminal } from "../src/cli/output/terminal.ts";
import { usageFailure } from "../src/cli/run-cli.ts";
import { bench } from "./bench.ts";
import { calledAs, parseFlags } from "./flags.ts";

const out = new Terminal(standardStream(process.stdout), process.env);
const err = new Terminal(standardStream(process.stderr), process.env);
const stop = new AbortController();
process.once("SIGINT", () => stop.abort());

try {
  const flags = parseFlags(process.argv.slice(2), { print: (text) => out.line(text.trimEnd()) });
  process.exitCode = await bench(flags, { out, err, env: process.env, signal: stop.signal });
} catch (error) {
  err.clearStatus();
  const isHelp = error instanceof CommanderError && error.exitCode === 0;
  const failure = error instanceof CommanderError ? usageFailure(error, calledAs) : failureOf(error);
  const debug = Boolean(process.env.REGRAFT_DEBUG);
  if (!isHelp) for (const line of errorLines(failure, { colors: err.colors, debug })) err.line(line);
  process.exitCode = isHelp ? 0 : failure.exitCode;
}
