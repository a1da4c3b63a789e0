// `npm run bench:memory`: how near the memory that is foreseen comes to what training takes.
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { HostError } from "../../src/base/errors.ts";
import { nodeThreads } from "../../src/hosts/node-resources.ts";
import { call } from "../call.ts";
import { lastLine } from "../json-lines.ts";
import { markdownTable } from "../markdown-table.ts";
import { networkNames, networks } from "../networks.ts";
import { runProgram } from "../run-program.ts";
import { calledAs, parseFlags } from "./flags.ts";
import { phaseKeys, phases } from "./phases.ts";

/** What a process told. */
const told = z.object({
  network: z.enum(networkNames as readonly [(typeof networkNames)[number]]),
  phase: z.enum(phaseKeys as readonly [(typeof phaseKeys)[number]]),
  batch: z.number(),
  foreseen: z.object({ peakBytes: z.number() }).loose(),
  peakBytes: z.number(),
});

type Told = z.infer<typeof told>;

/** How far an estimate may be off. */
const tolerance = 0.25;
const trainOnce = fileURLToPath(new URL("./train-once.ts", import.meta.url));
const loader = fileURLToPath(new URL("../../test/load-typescript.js", import.meta.url));

const ratio = ({ foreseen, peakBytes }: Told): number => foreseen.peakBytes / peakBytes;

const mib = (size: number): string => Math.round(size / 2 ** 20).toLocaleString("en-US");

const table = (rows: readonly Told[]): readonly string[] =>
  markdownTable(
    ["network", "", "foreseen, MiB", "measured, MiB", "ratio"],
    rows.map((row) => [
      `${row.network}, batch ${row.batch}`,
      phases[row.phase].title,
      mib(row.foreseen.peakBytes),
      mib(row.peakBytes),
      ratio(row).toFixed(2),
    ]),
    { left: 2 },
  );

await call(calledAs, async ({ argv, print, out, err, signal }) => {
  const {
    only = networkNames,
    phases: kinds = phaseKeys,
    optimizer = "sgd",
    json,
    ...rest
  } = parseFlags(argv, { print });
  const { threads = nodeThreads() } = rest;
  const rows: Told[] = [];
  for (const network of only) {
    for (const phase of kinds) {
      err.status(`${network}, ${phases[phase].title} …`);
      const about = { network, phase, batch: networks[network].batch, optimizer, threads };
      const args = ["--import", loader, trainOnce, JSON.stringify(about)];
      const { code, output, errors } = await runProgram({ file: process.execPath, args }, { signal });
      if (code !== 0)
        throw new HostError("engine-failed", `${network}, ${phase}: ${lastLine(errors) ?? "it was ended"}`);
      rows.push(told.parse(JSON.parse(lastLine(output) ?? "")));
      if (json) out.line(lastLine(output) ?? "");
    }
  }
  err.clearStatus();
  if (!json) for (const line of table(rows)) out.line(line);
  return rows.every((row) => Math.abs(ratio(row) - 1) <= tolerance) ? 0 : 1;
});
