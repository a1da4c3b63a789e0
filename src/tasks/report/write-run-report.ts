import type { TrainVal } from "../../data/dataset.ts";
import type { DataHealth, HealthFinding } from "../../data/health/data-health.ts";
import type { Evaluation } from "../../evaluation/evaluation.ts";
import type { FindingReport, MistakeReport } from "../../report/data.ts";
import { runReport } from "../../report/run-folder-report.ts";
import { renderRunReport } from "../../report/run-report.ts";
import type { Store } from "../../store/store.ts";
import type { runPaths } from "../run-folder.ts";
import { datasetReport } from "./dataset-report.ts";

export interface RunReportParts {
  /** Of the folder that the run is written in. */
  readonly paths: ReturnType<typeof runPaths>;
  readonly data: TrainVal;
  readonly evaluation?: Evaluation | undefined;
  readonly mistakes?: readonly MistakeReport[] | undefined;
  readonly health?: DataHealth | undefined;
}

/**
 * Writes the report of a run beside what it was made of: run.json and history.jsonl, which are read again so that the page says
 * what they say.
 *
 * @throws {HostError} "read-failed" · "write-failed" · "disk-full"
 */
export async function writeRunReport(
  { paths, data, evaluation, mistakes, health }: RunReportParts,
  store: Store,
): Promise<void> {
  const about = await store.readText(paths.about);
  const history = (await store.kind(paths.history)) === "file" ? await store.readText(paths.history) : "";
  const found = health?.findings.map(toldOf);
  const dataset = datasetReport(data);
  const report = runReport({ about, history, evaluation, mistakes, dataset, health: found });
  await store.write(paths.report, await renderRunReport(report));
}

const toldOf = ({ severity, code, sentence, files, hint }: HealthFinding): FindingReport => ({
  ...{ severity, code, message: sentence, hint },
  files: files.map(({ split, name, detail }) => `${split}/${name}${detail === undefined ? "" : ` (${detail})`}`),
});
