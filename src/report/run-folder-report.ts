import { z } from "zod";
import { HostError } from "../base/errors.ts";
import { jsonIn } from "../base/json.ts";
import { measureNames, measures, valName } from "../evaluation/measures.ts";
import { commandAgain } from "./command-again.ts";
import type { DatasetReport, EvaluationReport, FindingReport, HistoryPoint, MistakeReport, RunReport } from "./data.ts";
import { lastPart, settingsTold, spoken } from "./settings-told.ts";

/** What a run folder holds, and what was found out about the run besides. */
export interface RunFolderParts {
  /** The text of run.json. */
  readonly about: string;
  /** The text of history.jsonl: empty before the first epoch. */
  readonly history: string;
  readonly evaluation?: EvaluationReport | undefined;
  readonly mistakes?: readonly MistakeReport[] | undefined;
  readonly dataset?: DatasetReport | undefined;
  readonly health?: readonly FindingReport[] | undefined;
}

const measured = z
  .number()
  .nullish()
  .transform((value) => value ?? undefined);

/** What is read of run.json; a NaN is null there. */
const aboutSchema = z.looseObject({
  status: z.enum(["running", "finished", "interrupted", "diverged", "failed"]),
  started: z.string().optional(),
  error: z.string().optional(),
  options: z.record(z.string(), z.object({ value: z.unknown(), from: z.enum(["given", "default"]) })),
  classes: z.array(z.string()),
  examples: z.object({ train: z.number(), val: z.number() }),
  base: z.object({ head: z.string(), features: z.number() }).optional(),
  loss: z.object({ name: z.string(), labelSmoothing: z.number() }).optional(),
  preprocessing: z.record(z.string(), z.unknown()).optional(),
  versions: z.record(z.string(), z.string()),
  result: z
    .object({
      phases: z.array(
        z.object({
          name: z.string(),
          epochs: z.number(),
          seconds: z.number(),
          valLoss: measured,
          valAccuracy: measured,
        }),
      ),
      valLoss: measured,
      valAccuracy: measured,
      skipped: z.array(z.object({ name: z.string(), reason: z.string() })),
    })
    .optional(),
});

type About = z.output<typeof aboutSchema>;

const historyLine = z.object({ phase: z.string(), epoch: z.number() }).catchall(z.unknown());

/**
 * The report of a run folder, as data: `renderRunReport` makes a page of it.
 *
 * @throws {HostError} "no-run" where the texts are not those of a run
 */
export function runReport({ about: text, history, ...found }: RunFolderParts): RunReport {
  const about = read(aboutSchema, text, "run.json");
  const { status, error, classes, examples, started, versions, result } = about;
  return {
    title: lastPart(String(about.options.data?.value ?? "a run")),
    model: String(about.options.model?.value ?? "?"),
    status,
    error,
    started,
    classes,
    examples,
    phases: result?.phases ?? [],
    history: pointsOf(history),
    monitor: monitorOf(about.options.metric?.value),
    result: result && { valLoss: result.valLoss, valAccuracy: result.valAccuracy },
    skipped: result?.skipped,
    settings: settingsTold(about.options),
    about: aboutRows(about),
    versions,
    command: commandAgain("train", about.options),
    ...found,
  };
}

function read<S extends z.ZodType>(schema: S, text: string, file: string): z.output<S> {
  let json: unknown;
  try {
    json = jsonIn(text);
  } catch (cause) {
    throw notOfRun(file, cause);
  }
  const { success, data, error } = schema.safeParse(json);
  if (success) return data;
  throw notOfRun(file, error);
}

const notOfRun = (file: string, cause: unknown): HostError =>
  new HostError("no-run", `${file} is not what a run writes.`, {
    hint: "Name the folder of a run that `regraft train` made.",
    cause,
  });

/** A run that was cut off leaves half a line at the end: it is passed over. */
function pointsOf(text: string): readonly HistoryPoint[] {
  const lines = text.split("\n");
  const whole = lines.slice(0, -1).filter((line) => line.trim() !== "");
  return whole.map((line) => {
    const { phase, epoch, ...rest } = read(historyLine, line, "history.jsonl");
    const readings = Object.entries(rest).filter(
      (entry): entry is [string, number | null] => typeof entry[1] === "number" || entry[1] === null,
    );
    return { phase, epoch, readings: Object.fromEntries(readings) };
  });
}

function aboutRows({ base, loss, preprocessing }: About): NonNullable<RunReport["about"]> {
  const smoothed = loss && loss.labelSmoothing > 0 ? `, labels smoothed by ${loss.labelSmoothing}` : "";
  return [
    ...(base ? [{ name: "new head", value: `at ${base.head}, on ${base.features} features` }] : []),
    ...(loss ? [{ name: "loss", value: `${spoken(loss.name)}${smoothed}` }] : []),
    ...(preprocessing ? [{ name: "pictures", value: prepared(preprocessing) }] : []),
  ];
}

/** "resize shortest-edge 256 · crop 224 224 · mean 0.5 0.5 0.5 · …" */
const prepared = (preprocessing: Readonly<Record<string, unknown>>): string =>
  Object.entries(preprocessing)
    .map(([name, value]) => `${spoken(name)} ${leaves(value).join(" ")}`)
    .join(" · ");

function leaves(value: unknown): readonly string[] {
  if (typeof value === "number") return [String(Number(value.toPrecision(4)))];
  if (typeof value !== "object" || value === null) return [String(value)];
  return Object.values(value).flatMap(leaves);
}

/** As `--metric` names it; undefined where the loss decides. */
function monitorOf(metric: unknown): RunReport["monitor"] {
  const name = measureNames.find((known) => known === metric);
  if (name === undefined || name === "loss") return undefined;
  return { reading: valName(name), title: spoken(name), better: measures[name].better };
}
