import { runPaths } from "../../tasks/run-folder.ts";
import { trainRun } from "../../tasks/train-run.ts";
import type { Body } from "../command.ts";
import { defaultRun } from "../default-run.ts";
import type { trainFlags, trainOperands } from "../flags/train.ts";
import { hostFor } from "../host-for.ts";
import { nextSteps } from "../next-steps.ts";
import { shellWord } from "../output/format.ts";
import { trainSummary } from "../output/train-summary.ts";
import { printJson } from "../output/ui.ts";
import { watchRun } from "../output/watch-run.ts";

/** `regraft train`: trains and leaves a run folder. */
export const train: Body<typeof trainOperands, typeof trainFlags> = async ({ operands: { data }, flags, ui }) => {
  const host = hostFor(ui);
  const { store } = host;
  const out = flags.out ?? defaultRun(store.join("runs", store.baseName(data)), host.date());
  const options = { ...flags, data, out, given: ["data", ...Object.keys(flags)], signal: ui.signal };
  const result = await watchRun(ui, out, (onEvent) => trainRun({ ...options, onEvent }, host));
  if (ui.json) printJson(ui, { type: "result", ...result });
  else {
    const next = [
      ...(await nextSteps({ run: result.run, data, val: flags.val }, store)),
      ...boardCommand(flags.tensorBoard, runPaths(store, result.run).tensorBoard),
    ];
    for (const line of trainSummary(result, next, ui.out.colors)) ui.out.line(line);
  }
  return result.stopped === "interrupted" ? 130 : 0;
};

/** What shows the event files, where there are some. */
const boardCommand = (given: string | true | undefined, usual: string): readonly string[] =>
  given === undefined ? [] : [`tensorboard --logdir ${shellWord(given === true ? usual : given)}`];
