import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Program } from "./programs.ts";

/** The project's folder. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** A process that has ended. */
export interface Finished {
  /** undefined where it could not be started, or was ended by a signal. */
  readonly code: number | undefined;
  readonly output: string;
  readonly errors: string;
  /** From its start to its end. */
  readonly seconds: number;
  /** The most memory that it held, its own processes not counted, in MiB; undefined where the system does not tell. */
  readonly peakRssMb: number | undefined;
}

/** Often enough to catch what is taken last, and too seldom to be felt. */
const watchedEveryMs = 100;

export interface RunOptions {
  /** Ends the program. */
  readonly signal?: AbortSignal;
  /** Hears all that was printed on stdout so far, and the seconds since the start, whenever there is more. */
  readonly onOutput?: (output: string, seconds: number) => void;
}

/** Runs a program in the project's folder, and ends it where `signal` says so. */
export function runProgram({ file, args }: Program, { signal, onOutput }: RunOptions = {}) {
  const began = performance.now();
  const child = spawn(file, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  const stop = () => child.kill();
  signal?.addEventListener("abort", stop);
  if (signal?.aborted) stop();
  const text = { output: "", errors: "" };
  child.stdout.setEncoding("utf8").on("data", (more) => {
    text.output += more;
    onOutput?.(text.output, (performance.now() - began) / 1000);
  });
  child.stderr.setEncoding("utf8").on("data", (more) => {
    text.errors += more;
  });
  let peakRssMb: number | undefined;
  const watch = setInterval(() => {
    peakRssMb = peakOf(child.pid) ?? peakRssMb;
  }, watchedEveryMs);
  return new Promise<Finished>((resolve) => {
    const end = (code: number | null, message = "") => {
      clearInterval(watch);
      signal?.removeEventListener("abort", stop);
      const errors = text.errors + message;
      resolve({ ...text, errors, code: code ?? undefined, seconds: (performance.now() - began) / 1000, peakRssMb });
    };
    child.on("error", ({ message }) => end(null, message));
    child.on("close", (code) => end(code));
  });
}

/** The most that a process has held so far, by Linux's own account; MiB. */
function peakOf(pid: number | undefined): number | undefined {
  try {
    const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kib === undefined ? undefined : Number(kib) / 2 ** 10;
  } catch {
    return undefined; // It has ended, or this is no Linux.
  }
}
