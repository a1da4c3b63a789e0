// One training whose memory is foreseen and then measured: a process of its own, called by run.ts with its arguments as JSON.
import { readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { random } from "../../src/base/random.ts";
import { subset } from "../../src/data/subset.ts";
import { nodeHost } from "../../src/hosts/node.ts";
import { benchBase } from "../../src/tasks/bench/bench-base.ts";
import { randomPictures } from "../../src/tasks/doctor/random-pictures.ts";
import { fineTune } from "../../src/tasks/fine-tune.ts";
import type { FitMemory } from "../../src/tasks/fit-memory.ts";
import { phases } from "./phases.ts";

const about = z
  .object({
    network: z.string(),
    phase: z.enum(["head", "full", "scratch"]),
    batch: z.number(),
    optimizer: z.enum(["sgd", "adam"]),
    threads: z.number(),
  })
  .parse(JSON.parse(process.argv[2] ?? ""));

const { network, phase, batch, optimizer, threads } = about;
const host = nodeHost();
const base = await benchBase({ model: network, imageSize: undefined, headAt: undefined, seed: 0 }, host);
// Two batches, and one to validate on.
const pictures = randomPictures(3 * batch, base.preprocessing, random(0));
const part = (from: number, to: number) =>
  subset(
    pictures,
    Array.from({ length: to - from }, (_, at) => from + at),
  );
let foreseen: FitMemory | undefined;
await fineTune(
  base,
  { train: part(0, 2 * batch), val: part(2 * batch, 3 * batch) },
  {
    ...phases[phase].options,
    ...{ batch, optimizer, threads },
    onEvent: (event) => {
      if (event.type !== "memory") return;
      foreseen = event;
      forgetPeak();
    },
  },
  host,
);
console.log(JSON.stringify({ ...about, foreseen, peakBytes: peak() }));

/** From here on the peak is that of what comes: Linux begins to count anew. */
function forgetPeak(): void {
  writeFileSync("/proc/self/clear_refs", "5");
}

function peak(): number {
  return 1024 * Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
}
