import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { UsageError } from "../../src/base/errors.ts";
import { printJson } from "../../src/cli/output/ui.ts";
import { nodeHost } from "../../src/hosts/node.ts";
import { shared, whySkipped } from "../../test/shared.ts";
import type { Called } from "../call.ts";
import { keeper } from "../keep.ts";
import { machine } from "../machine.ts";
import { openPage } from "../page.ts";
import { defaultSizes, type ScaleFlags } from "./flags.ts";
import { measureNames, measures } from "./measures.ts";
import { openPlace } from "./pictures.ts";
import { curveOf, growth, scaleReport } from "./report.ts";
import { joinScale, parseScale, type ScaleResults } from "./results.ts";

type Setting = Pick<Called, "out" | "err" | "signal">;

/**
 * Measures, or reads what was measured, and tells it.
 *
 * @returns the exit code
 * @throws {UsageError} "bad-option" · {HostError} "interrupted" · "engine-failed"
 */
export async function scale(flags: ScaleFlags, setting: Setting): Promise<0> {
  refuseBoth(flags);
  const page = await openPage(flags.markdown, ["scale"]);
  const keep = flags.out === undefined ? undefined : keeper(flags.out);
  const results = flags.from ? await readAll(flags.from) : await measured(flags, { ...setting, keep });
  setting.err.clearStatus();
  if (flags.from) await keep?.(results);
  const { about, records } = results;
  if (flags.json) printJson(setting, { type: "result", about, records, growth: growth(curveOf(records)) ?? null });
  else setting.out.line(`\n${scaleReport(results)}`);
  await page?.write({ scale: scaleReport(results) });
  return 0;
}

/** --from measures nothing, so what tells how to measure would be passed over. */
function refuseBoth({ from, only, sizes, watch }: ScaleFlags): void {
  const given = Object.entries({ only, sizes, watch }).find(([, value]) => value !== undefined)?.[0];
  if (from === undefined || given === undefined) return;
  throw new UsageError("bad-option", `--from measures nothing, and --${given} tells how to measure.`, {
    hint: "Leave one of the two out.",
  });
}

async function readAll(files: readonly string[]): Promise<ScaleResults> {
  const texts = files.map(async (file) => {
    const text = await readFile(file, "utf8").catch((cause: unknown) => {
      throw new UsageError("bad-option", `--from: ${file} cannot be read.`, { cause, hint: "Check the path." });
    });
    return parseScale(text, file);
  });
  return joinScale(await Promise.all(texts));
}

interface Measuring extends Setting {
  readonly keep: ((soFar: ScaleResults) => Promise<void>) | undefined;
}

/** One measure after another, in a temporary folder that is removed whatever happens. */
async function measured(flags: ScaleFlags, { out, err, signal, keep }: Measuring): Promise<ScaleResults> {
  const { only = measureNames, sizes = defaultSizes, watch = 30, json = false } = flags;
  let results: ScaleResults = { about: aboutHere(), records: [] };
  for (const note of results.about.notes) err.line(note);
  const place = await openPlace(signal);
  const context = {
    ...{ place, signal, watchSeconds: watch, sizes: [...sizes].sort((a, b) => a - b) },
    status: (text: string) => err.status(`  ${text} …`),
  };
  try {
    for (const name of only) {
      for await (const record of measures[name](context)) {
        results = { ...results, records: [...results.records, record] };
        if (json) printJson({ out }, record);
        await keep?.(results);
      }
    }
    return results;
  } finally {
    await place.close();
  }
}

const aboutHere = (): ScaleResults["about"] => ({
  date: new Date().toISOString(),
  machine: machine(),
  threads: availableParallelism(),
  versions: nodeHost().versions,
  notes: shared("models/mobilenet_v2_1.0_224") ? [] : [`MobileNetV2 with ImageNet's weights ${whySkipped}.`],
});
