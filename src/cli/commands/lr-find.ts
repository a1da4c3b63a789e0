import { findLearningRate } from "../../tasks/find-learning-rate.ts";
import { rateText } from "../../tasks/rate-axes.ts";
import { type RatePoint, rangeTestDefaults } from "../../training/range-test.ts";
import type { Body } from "../command.ts";
import type { lrFindFlags, lrFindOperands } from "../flags/lr-find.ts";
import { hostFor } from "../host-for.ts";
import { bar } from "../output/bar.ts";
import { decimals, shellWord } from "../output/format.ts";
import { foundRateLines, rateFlags } from "../output/found-rate.ts";
import { printableParts } from "../output/printable.ts";
import { printJson } from "../output/ui.ts";
import { watchRun } from "../output/watch-run.ts";

/** `regraft lr-find`: the learning-rate range test. Exit code 1 where the curve suggests nothing. */
export const lrFind: Body<typeof lrFindOperands, typeof lrFindFlags> = async ({ operands, flags, ui }) => {
  const { steps = rangeTestDefaults.steps } = flags;
  const { colors } = ui.err;
  const onPoint = (point: RatePoint) => {
    if (ui.json) printJson(ui, { type: "point", ...point });
    const { step, learningRate, smoothed } = point;
    const facts = colors.dim(`learning rate ${rateText(learningRate)}  loss ${decimals(smoothed)}`);
    ui.err.status(`  ${bar(step / steps, { width: 20, colors })}  ${facts}`);
  };
  const options = { ...operands, ...flags, onPoint };
  const found = await watchRun(ui, "", (onEvent) => findLearningRate({ ...options, onEvent }, hostFor(ui)));
  const { points, ...result } = found;
  if (ui.json) printJson(ui, { type: "result", ...result, points: points.length });
  else {
    const rate = found.suggestion === null ? "" : rateText(found.suggestion);
    const next = `npx regraft train ${shellWord(operands.data)} --model ${shellWord(flags.model)} ${rateFlags[found.phase]} ${rate}`;
    for (const line of foundRateLines(printableParts(found), next, ui.out)) ui.out.line(line);
  }
  return found.suggestion === null ? 1 : 0;
};
