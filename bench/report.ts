import { counted } from "../src/base/words.ts";
import { milliseconds } from "../src/cli/output/bench.ts";
import { percent } from "../src/cli/output/format.ts";
import { type Contestant, contestantNames, contestants, hasNetwork } from "./contestants.ts";
import { jobContestants } from "./job-recipe.ts";
import { type JobRow, jobRows } from "./job-rows.ts";
import { markdownTable } from "./markdown-table.ts";
import type { Parts } from "./markers.ts";
import { networks, type Target } from "./networks.ts";
import type { Ratio } from "./ratio.ts";
import type { About, BenchRecord, Failure, Results } from "./results.ts";
import { measures, type StepRow, stepRows } from "./step-rows.ts";

/** The parts that something was measured for, as Markdown. */
export function report(results: Results): Parts {
  const [steps, jobs] = [stepRows(results.records), jobRows(results.records)];
  return {
    ...(steps.length > 0 ? { steps: page(results, "step", stepTable(steps, results.records)) } : {}),
    ...(jobs.length > 0 ? { job: page(results, "job", jobTable(jobs, results.records)) } : {}),
  };
}

/** What was not measured, and why: who is not here, what failed. */
export const remarks = ({ about, records }: Results): readonly string[] => [
  ...about.notes,
  ...records.flatMap((record) => (record.type === "failure" ? [failureLine(record)] : [])),
];

function page({ about, records }: Results, type: "step" | "job", table: readonly string[]): string {
  const rounds = new Set(records.filter((record) => record.type === type).map(({ round }) => round)).size;
  const how = [
    `${counted(about.threads, "thread")} each`,
    counted(rounds, "round"),
    ...(type === "step" ? [`${timed(records)} in each process`] : []),
  ];
  return [`${aboutLine(about)} · ${how.join(", ")}`, "", ...table].join("\n");
}

/** "5 timed steps", or "5 or 10 timed steps" of results that were joined. */
function timed(records: readonly BenchRecord[]): string {
  const steps = [...new Set(records.flatMap((record) => (record.type === "step" ? [record.steps] : [])))];
  return steps.length === 1 ? counted(steps[0] ?? 0, "timed step") : `${steps.join(" or ")} timed steps`;
}

/** When, on what, with which versions. */
export function aboutLine({ date, machine: { cpu, cores, avx512, memoryGb }, versions }: About): string {
  const vectors = avx512 === undefined ? [] : [avx512 ? "AVX-512" : "no AVX-512"];
  const here = [cpu, counted(cores, "core"), ...vectors, `${memoryGb} GiB`];
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [date.slice(0, 10), here.join(", "), packages.join(", ")].join(" · ");
}

function stepTable(rows: readonly StepRow[], records: readonly BenchRecord[]): readonly string[] {
  const header = ["network", "", ...contestantNames.map((who) => contestants[who].title), "ratio", "goal", "aim"];
  const lines = rows.map((row) => {
    const { network, measure, best, target } = row;
    const name = `${network}, batch ${networks[network].batch}`;
    const cells = contestantNames.map((who) => stepCell(row, who, records));
    return [name, measures[measure].title, ...cells, ...ratioCells(best?.ratio, target)];
  });
  return markdownTable(header, lines, { left: 2 });
}

/** The best peer's number is the one that ours is held against: bold. */
function stepCell(
  { network, measure, values, best }: StepRow,
  who: Contestant,
  records: readonly BenchRecord[],
): string {
  const value = values[who];
  if (value !== undefined) return who === best?.peer ? `**${milliseconds(value)}**` : milliseconds(value);
  return hasNetwork(who, network) ? whyNone(who, `${network} ${measures[measure].mode}`, records) : "";
}

/** @param what as failures name it: "resnet18 full", "job" */
function whyNone(who: Contestant, what: string, records: readonly BenchRecord[]): string {
  const didFail = records.some((made) => made.type === "failure" && made.contestant === who && made.what === what);
  return didFail ? "failed" : "not here";
}

function jobTable(rows: readonly JobRow[], records: readonly BenchRecord[]): readonly string[] {
  const header = [
    "",
    "whole job, s",
    "head, s",
    "tune, s",
    "best accuracy",
    "peak memory, MiB",
    "ratio",
    "goal",
    "aim",
  ];
  const lines = jobContestants.map((who) => {
    const row = rows.find(({ contestant }) => contestant === who);
    return [contestants[who].title, ...(row ? jobCells(row) : [whyNone(who, "job", records)])];
  });
  return markdownTable(header, lines);
}

const jobCells = ({ seconds, headSeconds, tuneSeconds, accuracy, peakRssMb, ratio, target }: JobRow) => [
  ...[seconds, headSeconds, tuneSeconds].map((value) => value.toFixed(1)),
  percent(accuracy),
  peakRssMb === undefined ? "" : milliseconds(peakRssMb),
  ...(target ? ratioCells(ratio, target) : []),
];

/** "0.92 (0.90 to 0.95)", "0.85 ✗", "0.60 ✗" */
function ratioCells(ratio: Ratio | undefined, { goal, aim }: Target): readonly string[] {
  const limits = [goal, aim].map((limit) => [limit.toFixed(2), ratio && mark(ratio.median <= limit)]);
  return [ratioText(ratio), ...limits.map((cell) => cell.filter(Boolean).join(" "))];
}

function ratioText(ratio: Ratio | undefined): string {
  if (!ratio) return "";
  const [middle, least, most] = [ratio.median, ratio.least, ratio.most].map((value) => value.toFixed(2));
  return ratio.rounds === 1 ? `${middle}` : `${middle} (${least} to ${most})`;
}

const mark = (isReached: boolean): string => (isReached ? "✓" : "✗");

const failureLine = ({ contestant, what, round, reason }: Failure): string =>
  `${contestants[contestant].title}, ${what}, round ${round} failed: ${reason}`;
