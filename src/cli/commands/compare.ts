import { compareStrategies } from "../../tasks/compare.ts";
import type { Body } from "../command.ts";
import { inDefaultRun } from "../default-run.ts";
import type { compareFlags, compareOperands } from "../flags/compare.ts";
import { hostFor } from "../host-for.ts";
import { comparisonLine, comparisonSummary } from "../output/compare.ts";
import { CompareProgress } from "../output/compare-progress.ts";
import { printableParts } from "../output/printable.ts";
import { printJson } from "../output/ui.ts";

/** `regraft compare`: trains in several ways and tells which to take. */
export const compare: Body<typeof compareOperands, typeof compareFlags> = async ({ operands: { data }, flags, ui }) => {
  const host = hostFor(ui);
  const { store } = host;
  const start = store.join("runs", `${store.baseName(data)}-compared`);
  const work = async (out: string) => {
    const progress = new CompareProgress(ui.err, { now: ui.now, folder: out });
    const isShown = !ui.json || (ui.err.live && !ui.out.live);
    try {
      return await compareStrategies(
        {
          ...{ ...flags, data, out, given: ["data", ...Object.keys(flags)], signal: ui.signal },
          onEvent: (event) => {
            const line = ui.json ? comparisonLine(event) : undefined;
            if (line) printJson(ui, line);
            if (isShown) progress.show(printableParts(event));
          },
        },
        host,
      );
    } finally {
      progress.close();
    }
  };
  const result = await (flags.out === undefined ? inDefaultRun(start, host, work) : work(flags.out));
  if (ui.json) {
    for (const { name, accuracy, loss, seconds, peakBytes } of result.strategies)
      printJson(ui, { type: "strategy", name, accuracy, loss, seconds, peakBytes });
    printJson(ui, { type: "result", ...result });
  } else for (const line of comparisonSummary(printableParts(result), ui.out)) ui.out.line(line);
  return result.stopped === "interrupted" ? 130 : 0;
};
