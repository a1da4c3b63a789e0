// `npm run fuzz -- --seconds 60 --seed 1`: strangers' models, mangled at random, until the time is over. Prints each finding, and
// how many were tried. `--only <number>` tries one again; `--save <folder>` keeps the files of each finding.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { nodeHdf5Trial } from "../../../src/keras/node/node-hdf5-trial.ts";
import { Reader } from "../attempt.ts";
import { subjects } from "../subjects.ts";
import { fuzz } from "./lanes.ts";
import { trialOf } from "./trial.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: "1" },
    processes: { type: "string", default: "2" },
    only: { type: "string" },
    save: { type: "string" },
  },
});

const wholeNumber = (name: string, text: string): number => {
  if (/^\d+$/.test(text)) return Number(text);
  throw new Error(`--${name} is a whole number, not "${text}"`);
};

const seed = wholeNumber("seed", values.seed);

async function trial(number: number) {
  return trialOf(number, { seed, subjects: await subjects() });
}

async function save(number: number, folder: string): Promise<void> {
  const { files } = await trial(number);
  for (const [path, bytes] of Object.entries(files)) {
    const place = join(folder, String(number), path);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, bytes);
  }
}

async function tryOne(number: number): Promise<void> {
  const { name, files, subject } = await trial(number);
  console.log(`#${number} ${name}`);
  if (values.save !== undefined) await save(number, values.save);
  console.log(await (await Reader.open({ tryHdf5: nodeHdf5Trial() })).attempt(files, subject));
}

async function tryMany(): Promise<void> {
  const kept: Promise<void>[] = [];
  const { tried, findings, ends, peakMegabytes } = await fuzz({
    seed,
    processes: Math.max(1, wholeNumber("processes", values.processes)),
    forMs: 1000 * wholeNumber("seconds", values.seconds),
    onFinding: ({ number, what }) => {
      console.log(`FINDING ${number === undefined ? "" : `#${number} `}${what}`);
      if (number !== undefined && values.save !== undefined) kept.push(save(number, values.save));
    },
  });
  await Promise.all(kept);
  for (const [end, times] of [...ends].sort(([, a], [, b]) => b - a))
    console.log(`${String(times).padStart(8)}  ${end}`);
  console.log(
    `${tried} malformed models tried (seed ${seed}): ${findings} findings, ${Math.round(peakMegabytes)} MB at the peak`,
  );
  process.exitCode = findings === 0 ? 0 : 1;
}

if (values.only === undefined) await tryMany();
else await tryOne(wholeNumber("only", values.only));
process.exit();
