import { UsageError } from "../../base/errors.ts";
import type { Host } from "../../tasks/host.ts";
import { resumeRun } from "../../tasks/resume/resume-run.ts";
import { readStoredRun } from "../../tasks/resume/stored-options.ts";
import { runPaths } from "../../tasks/run-folder.ts";
import { type TrainResult, trainRun } from "../../tasks/train-run.ts";
import type { Body, Invocation } from "../command.ts";
import { inDefaultRun } from "../default-run.ts";
import type { trainFlags, trainOperands } from "../flags/train.ts";
import { hostFor } from "../host-for.ts";
import { nextSteps } from "../next-steps.ts";
import { shellWord } from "../output/format.ts";
import { printableParts } from "../output/printable.ts";
import { trainSummary } from "../output/train-summary.ts";
import { printJson } from "../output/ui.ts";
import { watchRun } from "../output/watch-run.ts";

type TrainInvocation = Invocation<typeof trainOperands, typeof trainFlags>;

/** `regraft train`: trains and leaves a run folder, or goes on with one. */
export const train: Body<typeof trainOperands, typeof trainFlags> = async (invocation) => {
  const { flags, ui } = invocation;
  const host = hostFor(ui);
  const { store } = host;
  const result = await (flags.resume === undefined
    ? begun(invocation, host)
    : goneOnWith(flags.resume, invocation, host));
  if (ui.json) printJson(ui, { type: "result", ...result });
  else {
    const paths = runPaths(store, result.run);
    const { data, val, tensorBoard } = readStoredRun(await store.readText(paths.about), paths.about).options;
    const next = [
      ...(result.stopped === "interrupted" ? [`npx regraft train --resume ${shellWord(result.run)}`] : []),
      ...(data === undefined ? [] : await nextSteps({ run: result.run, data, val }, store)),
      ...boardCommand(tensorBoard, paths.tensorBoard),
    ];
    for (const line of trainSummary(printableParts(result), next, ui.out.colors)) ui.out.line(line);
  }
  return result.stopped === "interrupted" ? 130 : 0;
};

/** A new run. */
function begun({ operands: { data }, flags, ui }: TrainInvocation, host: Host): Promise<TrainResult> {
  const { resume: _, model, out, ...rest } = flags;
  if (data === undefined || model === undefined) {
    throw new UsageError("bad-option", "<data> is needed: the folder of pictures to train on.", {
      hint: "regraft train photos --model mobilenet_v2, or regraft train --resume runs/photos to go on with a run.",
    });
  }
  const { store } = host;
  const options = { ...rest, model, data, given: ["data", ...Object.keys(flags)], signal: ui.signal };
  const work = (place: string) => watchRun(ui, place, (onEvent) => trainRun({ ...options, out: place, onEvent }, host));
  return out === undefined ? inDefaultRun(store.join("runs", store.baseName(data)), host, work) : work(out);
}

/** A run that another process left. */
function goneOnWith(run: string, { operands: { data }, flags, ui }: TrainInvocation, host: Host): Promise<TrainResult> {
  const { resume: _, out, overwrite, ...rest } = flags;
  if (out !== undefined || overwrite) {
    const flag = out === undefined ? "--overwrite" : "--out";
    throw new UsageError("bad-option", `--resume writes to the folder of the run: ${flag} is not for it.`, {
      hint: "Leave it out, or leave out --resume to train anew.",
    });
  }
  const options = { ...rest, ...(data === undefined ? {} : { data }), run, signal: ui.signal };
  return watchRun(ui, run, (onEvent) => resumeRun({ ...options, onEvent }, host));
}

/** What shows the event files, where there are some. */
const boardCommand = (given: string | true | undefined, usual: string): readonly string[] =>
  given === undefined ? [] : [`tensorboard --logdir ${shellWord(given === true ? usual : given)}`];
