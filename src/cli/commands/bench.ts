import { type BenchProgress, benchModel } from "../../tasks/bench.ts";
import type { Body } from "../command.ts";
import type { benchFlags, benchOperands } from "../flags/bench.ts";
import { hostFor } from "../host-for.ts";
import { bar } from "../output/bar.ts";
import { benchLines } from "../output/bench.ts";
import { profileLines } from "../output/step-profile.ts";
import { printJson } from "../output/ui.ts";

const titles: { readonly [S in BenchProgress["stage"]]: string } = {
  model: "making the model ready",
  "warm-up": "warming up",
  steps: "timing steps",
  peak: "measuring the machine's matrix product",
  profile: "profiling steps",
};

/** `regraft bench`: what a training step takes here. */
export const bench: Body<typeof benchOperands, typeof benchFlags> = async ({ flags: { profile, ...flags }, ui }) => {
  const { colors } = ui.err;
  const onProgress = ({ stage, done, total }: BenchProgress) =>
    ui.err.status(`  ${bar(done / total, { width: 20, colors })}  ${colors.dim(titles[stage])}`);
  const profiled = profile === undefined ? {} : { profile: true, ...(profile === "" ? {} : { profileFile: profile }) };
  const result = await benchModel({ ...flags, ...profiled, onProgress }, hostFor(ui));
  ui.err.clearStatus();
  if (ui.json) {
    printJson(ui, { type: "result", ...result });
    return 0;
  }
  for (const line of benchLines(result, ui.out.colors)) ui.out.line(line);
  if (result.profile) for (const line of profileLines(result.profile, ui.out.colors)) ui.out.line(line);
  if (profile) ui.out.line(`  ${ui.out.colors.dim("every node →")} ${profile}`);
  return 0;
};
