// `npm run memory-test`: whether memory, handles and threads stay as they are over thousands of training steps.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { type Called, call } from "../../../bench/call.ts";
import { bytes, count, percent } from "../../../src/base/words.ts";
import { calledAs, type MemoryFlags, parseFlags } from "./flags.ts";
import { type Growth, growthOf, leaksOf, type Sample } from "./growth.ts";
import { resourcesHeld } from "./resources.ts";
import { type ModeName, modes, trainForSteps } from "./train.ts";

const defaults = { steps: 10_000, batch: 8, growth: 0.05 };
/** Node decodes four pictures at one time (libuv's pool), and libvips takes as many threads for each, and one to lead them. */
const mostDecoders = Number(process.env.UV_THREADPOOL_SIZE ?? 4) * (sharp.concurrency() + 1);
/** In each run, so that the parts that are compared have enough of them. */
const samplesPerRun = 200;

/** Each mode in a process of its own: what one has taken would hide what the other takes. */
async function inProcesses(argv: readonly string[], signal: AbortSignal): Promise<number> {
  const codes: number[] = [];
  for (const mode of Object.keys(modes)) codes.push(await again([...argv, "--mode", mode], signal));
  return Math.max(...codes);
}

function again(argv: readonly string[], signal: AbortSignal): Promise<number> {
  const script = fileURLToPath(import.meta.url);
  const child = spawn(process.execPath, [...process.execArgv, script, ...argv], { stdio: "inherit" });
  signal.addEventListener("abort", () => child.kill());
  return new Promise((resolve, reject) => child.on("error", reject).on("close", (code) => resolve(code ?? 1)));
}

async function trained(mode: ModeName, flags: MemoryFlags, { out, err }: Called): Promise<number> {
  const { steps, batch, growth: mostGrowth, json } = { ...defaults, ...flags };
  const samples: Sample[] = [];
  const began = performance.now();
  const data = await trainForSteps({
    ...{ mode, steps, batch, every: Math.max(1, Math.floor(steps / samplesPerRun)) },
    onSample: (sample) => {
      samples.push(sample);
      err.status(`${mode}: step ${count(sample.step)} of ${count(steps)}, ${bytes(sample.rssBytes)}`);
    },
  });
  err.clearStatus();
  const growth = growthOf(samples);
  const leaks = leaksOf(growth, { mostGrowth, decoders: mostDecoders });
  const seconds = (performance.now() - began) / 1000;
  if (json) out.line(JSON.stringify({ type: "result", mode, data, steps, batch, seconds, ...growth, leaks, samples }));
  else for (const line of told({ mode, data, steps, batch, seconds }, growth, leaks)) out.line(line);
  return leaks.length === 0 ? 0 : 1;
}

interface About {
  readonly mode: ModeName;
  readonly data: string;
  readonly steps: number;
  readonly batch: number;
  readonly seconds: number;
}

const told = (
  { mode, data, steps, batch, seconds }: About,
  { rssBytes, rssGrowth, handles, threads, mostDecoders, mostBytes }: Growth,
  leaks: readonly string[],
): readonly string[] => [
  `${mode}: ${count(steps)} steps of ${batch} on ${data}, ${Math.round(seconds)} s`,
  `  memory   ${bytes(rssBytes.early)} → ${bytes(rssBytes.late)} (${percent(rssGrowth)}), at most ${bytes(mostBytes)}`,
  `  handles  ${handles.early} → ${handles.late}`,
  `  threads  ${threads.early} → ${threads.late}, and up to ${mostDecoders} that decode pictures`,
  ...(leaks.length === 0 ? ["  nothing grew"] : leaks.map((leak) => `  ✗ ${leak}`)),
];

await call(calledAs, async (called) => {
  const flags = parseFlags(called.argv, called);
  if (!resourcesHeld()) {
    called.err.line("Nothing is measured: this system has no /proc to tell what a process holds.");
    return 0;
  }
  return flags.mode === undefined ? inProcesses(called.argv, called.signal) : trained(flags.mode, flags, called);
});
