import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { mutated } from "./mutations.ts";
import type { Outcome } from "./trial.ts";
import type { Order, Report } from "./trials-process.ts";

/** How many broken files are tried. REGRAFT_MUTATIONS takes more. */
const mutations = Number(process.env.REGRAFT_MUTATIONS ?? 400);
const processes = 2;
/** A file that keeps a trial busy for longer hangs it. */
const mostMs = 10_000;
const mostMegabytes = 2048;

const script = fileURLToPath(new URL("./trials-process.ts", import.meta.url));
const loader = fileURLToPath(new URL("../load-typescript.js", import.meta.url));

type Ending = Outcome | { readonly kind: "hung" } | { readonly kind: "crashed"; readonly how: string };

interface Tried {
  readonly endings: ReadonlyMap<number, Ending>;
  readonly peakMegabytes: number;
}

/** Tries the mutations in a process of its own, so that a crash or a hang of the engine is seen and survived. */
async function tried(numbers: readonly number[]): Promise<Tried> {
  const endings = new Map<number, Ending>();
  let peakMegabytes = 0;
  for (let left = numbers; left.length > 0; left = left.filter((number) => !endings.has(number))) {
    const child = fork(script, { execArgv: ["--import", loader] });
    peakMegabytes = Math.max(peakMegabytes, await watched(child, left, endings));
  }
  return { endings, peakMegabytes };
}

/** Resolves with the most memory that the process held, once it has ended, by itself or because a trial hung. */
function watched(child: ChildProcess, numbers: readonly number[], endings: Map<number, Ending>): Promise<number> {
  return new Promise((resolve, reject) => {
    let current: number | undefined;
    let peak = 0;
    let timer: NodeJS.Timeout | undefined;
    child.on("message", ({ number, outcome, peakMegabytes }: Report) => {
      clearTimeout(timer);
      peak = Math.max(peak, peakMegabytes);
      current = outcome ? undefined : number;
      if (outcome) endings.set(number, outcome);
      else timer = setTimeout(() => child.kill("SIGKILL"), mostMs);
    });
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      clearTimeout(timer);
      if (current !== undefined) endings.set(current, endingOf(code, signal));
      else if (!numbers.every((number) => endings.has(number))) reject(new Error(`the process ended with ${code}`));
      resolve(peak);
    });
    child.send({ numbers } satisfies Order);
  });
}

const endingOf = (code: number | null, signal: NodeJS.Signals | null): Ending =>
  signal === "SIGKILL" ? { kind: "hung" } : { kind: "crashed", how: String(signal ?? code) };

test(`each of ${mutations} broken models is refused with a reason, or trains`, async () => {
  const numbers = Array.from({ length: mutations }, (_, number) => number);
  const parts = Array.from({ length: processes }, (_, part) => numbers.filter((number) => number % processes === part));
  const results = await Promise.all(parts.map(tried));
  const endings = new Map(results.flatMap((result) => [...result.endings]));
  const faults = numbers.flatMap((number) => {
    const ending = endings.get(number);
    const isFine = ending?.kind === "trained" || (ending?.kind === "refused" && ending.message.length > 10);
    return isFine ? [] : [{ ...mutated(number), bytes: undefined, ending }];
  });
  expect(faults).toEqual([]);
  expect(Math.max(...results.map(({ peakMegabytes }) => peakMegabytes))).toBeLessThan(mostMegabytes);
  // Both ends are reached: mutations that break nothing, and such that do.
  const kinds = [...endings.values()].map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === "trained").length).toBeGreaterThan(mutations / 20);
  expect(kinds.filter((kind) => kind === "refused").length).toBeGreaterThan(mutations / 2);
}, 600_000);

test("a mutation of one number is the same every time, and another than its neighbour's", () => {
  expect(mutated(7).bytes).toEqual(mutated(7).bytes);
  expect(mutated(7).bytes).not.toEqual(mutated(8).bytes);
});
