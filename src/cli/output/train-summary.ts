import type { TrainResult } from "../../tasks/train-run.ts";
import { columns } from "./columns.ts";
import { count, counted, decimals, duration, percent } from "./format.ts";
import { skippedLines } from "./skipped.ts";
import type { Colors } from "./terminal.ts";

const endings: Readonly<Record<TrainResult["stopped"], string>> = {
  done: "",
  "early-stopping": "ended early: it had stopped getting better on the validation pictures",
  "time-limit": "ended early: another epoch would have taken longer than there was time for",
  "nan-loss": "ended early: the loss stopped being a number; the best model before that is kept",
  interrupted: "stopped by Ctrl-C; the best model so far is kept",
};

const advice = "check that the folders hold what they say, take more pictures or epochs, or a lower --head-lr";

/** What a run came to: accuracy per phase, where the model is, what was skipped, what to type next. */
export function trainSummary(result: TrainResult, next: readonly string[], colors: Colors): readonly string[] {
  const { bold, dim, green, yellow } = colors;
  const rows = result.phases.map(({ name, epochs, seconds, valLoss, valAccuracy, best }) => [
    bold(name),
    dim(counted(epochs, "epoch")),
    dim(duration(seconds)),
    `${dim("val loss")} ${decimals(valLoss)}`,
    `${dim("val acc")} ${percent(valAccuracy)}`,
    ...(best && best.metric !== "accuracy" ? [`${dim(`val ${best.metric}`)} ${decimals(best.value)}`] : []),
  ]);
  const ending = endings[result.stopped];
  const chance = 1 / result.classes.length;
  const guessing = result.valAccuracy <= 1.2 * chance;
  return [
    "",
    ...columns(rows, { right: [1, 2] }),
    "",
    `  ${guessing ? yellow("!") : green("✓")} ${bold(percent(result.valAccuracy))} of the validation pictures right → ${bold(result.run)}`,
    ...(result.report === undefined ? [] : [`  ${dim("report →")} ${result.report}`]),
    ...loraLines(result, colors),
    ...thresholdLines(result, colors),
    ...(guessing ? [`  ${yellow(`no better than guessing, which gives ${percent(chance)}: ${advice}`)}`] : []),
    ...(ending ? [`  ${yellow(ending)}`] : []),
    ...skippedLines(result.skipped, colors),
    "",
    dim("  next"),
    ...next.map((command) => `    ${command}`),
  ];
}

const thresholdLines = ({ threshold, classes }: TrainResult, { dim }: Colors): readonly string[] =>
  threshold === undefined ? [] : [`  ${dim(`${classes[1]} from a score of ${percent(threshold)} on`)}`];

function loraLines({ lora }: TrainResult, { dim }: Colors): readonly string[] {
  if (!lora) return [];
  const { rank, modules, trainable, frozen, path } = lora;
  const share = percent(trainable / (trainable + frozen));
  return [
    `  ${dim(`adapters of rank ${rank} on ${counted(modules.length, "layer")}: ${count(trainable)} weights tuned, ${share} of all → ${path}`)}`,
  ];
}
