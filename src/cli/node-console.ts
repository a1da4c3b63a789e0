import { homedir } from "node:os";
import { enginesAtRest } from "../runtime/node/open-engines.ts";
import { standardStream } from "./output/standard-stream.ts";
import type { Console } from "./run-cli.ts";

/** How long a step of the engine is waited for when the program ends over something that nobody caught. */
const longestStepMs = 10_000;

/** This process as the command line's machine. @param versions what a report of something unexpected names, Node's besides */
export const nodeConsole = (versions: Readonly<Record<string, string>>): Console => ({
  stdout: standardStream(process.stdout, "Standard output"),
  stderr: standardStream(process.stderr, "Standard error"),
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
  onCrash: (crash) => {
    let isEnding = false;
    const end = async (error: unknown) => {
      if (isEnding) return;
      isEnding = true;
      const code = crash(error);
      await enginesAtRest({ mostMs: longestStepMs });
      process.exit(code);
    };
    process.on("uncaughtException", end);
    process.on("unhandledRejection", end);
  },
  machine: {
    versions: { ...versions, node: process.versions.node },
    platform: `${process.platform} ${process.arch}`,
    home: homedir(),
  },
});
