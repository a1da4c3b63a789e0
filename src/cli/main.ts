import { readFileSync } from "node:fs";
import { commands } from "./commands.ts";
import { type Console, runCli } from "./run-cli.ts";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

/** A reader that has seen enough (`regraft predict … | head -1`) is no error. */
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

const terminal: Console = {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  now: () => performance.now(),
  onInterrupt: (press) => {
    process.on("SIGINT", press);
    return () => process.off("SIGINT", press);
  },
  quit: (exitCode) => process.exit(exitCode),
};

process.exitCode = await runCli(process.argv.slice(2), { commands, version, console: terminal });
