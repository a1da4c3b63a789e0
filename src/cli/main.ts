import { readFileSync } from "node:fs";
import { commands } from "./commands.ts";
import { standardStream } from "./output/standard-stream.ts";
import { runCli } from "./run-cli.ts";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

process.exitCode = await runCli(process.argv.slice(2), {
  commands,
  version,
  console: {
    stdout: standardStream(process.stdout),
    stderr: standardStream(process.stderr),
    env: process.env,
    now: () => performance.now(),
    onInterrupt: (press) => {
      process.on("SIGINT", press);
      return () => process.off("SIGINT", press);
    },
    // By the signal itself, which a shell reports as 130: an orderly exit would pull the engine's thread down in the
    // middle of a step, which aborts.
    quit: () => {
      process.removeAllListeners("SIGINT");
      process.kill(process.pid, "SIGINT");
    },
  },
});
