import { fileURLToPath } from "node:url";
import { writeSample } from "../../data/sample/write-sample.ts";
import { nodeHost } from "../../hosts/node.ts";
import type { Host } from "../../tasks/host.ts";
import { predictRun } from "../../tasks/predict-run.ts";
import { trainRun } from "../../tasks/train-run.ts";
import type { Body } from "../command.ts";
import type { demoFlags, demoOperands } from "../flags/demo.ts";
import { nextSteps } from "../next-steps.ts";
import { printPrediction } from "../output/prediction.ts";
import { trainSummary } from "../output/train-summary.ts";
import { printJson, type Ui } from "../output/ui.ts";
import { watchRun } from "../output/watch-run.ts";

/** The model that ships with the project. */
const model = fileURLToPath(new URL("../../../models/sketchnet", import.meta.url));

/** `regraft demo`: draws pictures, trains on them, and names some that were drawn afterwards. */
export const demo: Body<typeof demoOperands, typeof demoFlags> = async ({ flags, ui }) => {
  const { out = "runs/demo", seed = 0, ...machine } = flags;
  const host = nodeHost();
  const { store } = host;
  const [data, unseen, run] = [store.join(out, "pictures"), store.join(out, "unseen"), store.join(out, "run")];
  const images = await draw({ data, unseen, seed, host, ui });
  const options = { ...machine, data, model, seed, out: run, overwrite: true, signal: ui.signal };
  const result = await watchRun(ui, run, (onEvent) => trainRun({ ...options, onEvent }, host));
  if (result.stopped !== "interrupted") await name(images, { run, host, ui });
  if (ui.json) printJson(ui, { type: "result", ...result });
  else for (const line of trainSummary(result, await nextSteps({ run, data }, store), ui.out.colors)) ui.out.line(line);
  return result.stopped === "interrupted" ? 130 : 0;
};

interface Drawing {
  readonly data: string;
  readonly unseen: string;
  readonly seed: number;
  readonly host: Host;
  readonly ui: Ui;
}

/** Draws the data set, and a picture of each class that is not in it, whose paths come back. */
async function draw({ data, unseen, seed, host, ui }: Drawing): Promise<readonly string[]> {
  const { store, encoder } = host;
  ui.err.status(ui.err.colors.dim("drawing …"));
  for (const folder of [data, unseen]) await store.remove(folder);
  const { classes, count } = await writeSample(data, { store, encoder, seed });
  await writeSample(unseen, { store, encoder, seed: seed + 1, perClass: 1 });
  ui.err.clearStatus();
  ui.err.line(`${ui.err.colors.dim("drawn")}  ${count} pictures of ${classes.join(", ")}`);
  return classes.map((name) => store.join(unseen, name, "001.png"));
}

/** Says what the new model sees in pictures that it was not trained on. */
async function name(
  images: readonly string[],
  { run, host, ui }: { readonly run: string; readonly host: Host; readonly ui: Ui },
): Promise<void> {
  if (!ui.json) ui.out.line(`\n${ui.out.colors.dim("pictures that it has never seen")}`);
  for await (const found of predictRun({ run, images, top: 2 }, host)) printPrediction(found, images, ui);
}
