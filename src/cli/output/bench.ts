import { count } from "../../base/words.ts";
import type { BenchResult } from "../../tasks/bench.ts";
import { columns } from "./columns.ts";
import { duration, percent } from "./format.ts";
import type { Colors } from "./terminal.ts";

/** What steps took, as a small table. */
export function benchLines(result: BenchResult, colors: Colors): readonly string[] {
  const { bold, dim } = colors;
  const { mode, batch, imageSize, threads, optimizer } = result;
  const how = [
    mode,
    `batch ${count(batch)}`,
    `${imageSize.width} × ${imageSize.height}`,
    `${threads} ${threads === 1 ? "thread" : "threads"}`,
    ...(optimizer === undefined ? [] : [optimizer]),
  ];
  const rows = factsOf(result).map(([name, value, more]) => [dim(name), bold(value), dim(more)]);
  return ["", `  ${bold(result.model)} ${dim(`· ${how.join(" · ")}`)}`, "", ...columns(rows, { right: [1] }), ""];
}

type Fact = readonly [name: string, value: string, more: string];

function factsOf(result: BenchResult): readonly Fact[] {
  const { stepMs, fastestMs, slowestMs, steps, parameters, trainable } = result;
  const spread = steps === 1 ? "one step" : `${milliseconds(fastestMs)} to ${milliseconds(slowestMs)}, ${steps} steps`;
  const share = `${percent(result.peakShare)} of the ${rate(result.peakGflops)} that a matrix product reaches here`;
  return [
    ["step", `${milliseconds(stepMs)} ms`, spread],
    ["images/s", rate(result.imagesPerSecond), ""],
    ["GFLOP/s", rate(result.gflops), share],
    ["work", `${rate(result.gflopPerStep)} GFLOP`, "a step, by the model's own mathematics"],
    ["memory", `${count(Math.round(result.peakRssMb))} MiB`, "the most that the process has held"],
    ["load", duration(result.loadMs / 1000), `until the first step, which took ${duration(result.firstStepMs / 1000)}`],
    ["weights", count(parameters), trainable === 0 ? "none of them trained" : `${count(trainable)} of them trained`],
  ];
}

/** 1234.5 to "1,235", 12.34 to "12.3". */
export const milliseconds = (ms: number): string => (ms < 99.95 ? ms.toFixed(1) : count(Math.round(ms)));

/** 267.4 to "267", 12.34 to "12.3", 0.123 to "0.12". */
export const rate = (value: number): string => {
  if (value >= 99.95) return count(Math.round(value));
  return value.toFixed(value < 9.995 ? 2 : 1);
};
