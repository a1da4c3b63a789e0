import { spawn } from "node:child_process";
import { existsSync, type FSWatcher, watch } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type KillPlan, killPlaces } from "./kill-plan.ts";

const program = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "bin", "regraft.js");

/** How a process of a training ended. */
export interface Ended {
  readonly killed: boolean;
  readonly code: number | null;
  readonly seconds: number;
  /** What it was doing: the type of the last event that it told. */
  readonly doing: string;
  readonly errors: string;
  /** Checkpoints that it found and did not use. */
  readonly refused: number;
}

/** Runs `regraft` until it ends, or until the plan kills it with SIGKILL. */
export function train(words: readonly string[], folder: string, plan?: KillPlan): Promise<Ended> {
  const started = performance.now();
  const child = spawn(process.execPath, [program, ...words, "--json"], { stdio: ["ignore", "pipe", "pipe"] });
  const state = { killed: false, doing: "starting", out: "", errors: "", refused: 0 };
  const kill = () => {
    state.killed = child.kill("SIGKILL") || state.killed;
  };
  const stopWatching = plan ? carryOut(plan, folder, kill) : () => {};
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (state.out + text).split("\n");
    state.out = lines.pop() ?? "";
    for (const line of lines) note(line, state);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    state.errors += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      stopWatching();
      const seconds = (performance.now() - started) / 1000;
      const { doing, errors, refused } = state;
      resolve({ killed: signal === "SIGKILL", code, seconds, doing, errors, refused });
    });
  });
}

function note(line: string, state: { doing: string; refused: number }): void {
  const event: unknown = JSON.parse(line);
  if (typeof event !== "object" || event === null || !("type" in event)) return;
  state.doing = String(event.type);
  if ("refused" in event && Array.isArray(event.refused)) state.refused += event.refused.length;
}

/** Kills when it is time. @returns what ends the wait */
function carryOut(plan: KillPlan, folder: string, kill: () => void): () => void {
  if (plan.at === "any time") {
    const timer = setTimeout(kill, plan.afterMs);
    return () => clearTimeout(timer);
  }
  const { name } = killPlaces[plan.at];
  let seen = 0;
  let timer: NodeJS.Timeout | undefined;
  const watchers = new Map<string, FSWatcher>();
  const see = (file: string | null) => {
    if (file === null || !name.test(file)) return;
    seen++;
    if (seen === plan.nth) timer = setTimeout(kill, plan.afterMs);
  };
  // Folders come while the run goes on: they are watched as soon as they are there.
  const look = () => {
    for (const place of [folder, join(folder, "checkpoints")]) {
      if (watchers.has(place) || !existsSync(place)) continue;
      watchers.set(
        place,
        watch(place, (_, file) => see(file)).on("error", () => {}),
      );
    }
  };
  const looking = setInterval(look, 5);
  return () => {
    clearInterval(looking);
    clearTimeout(timer);
    for (const watcher of watchers.values()) watcher.close();
  };
}
