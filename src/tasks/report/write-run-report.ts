import type { TrainVal } from "../../data/dataset.ts";
import type { DataHealth, HealthFinding } from "../../data/health/data-health.ts";
import type { Evaluation } from "../../evaluation/evaluation.ts";
import type { DatasetReport, FindingReport, MistakeReport } from "../../report/data.ts";
import { runReport } from "../../report/run-folder-report.ts";
import { renderRunReport } from "../../report/run-report.ts";
import type { Store } from "../../store/store.ts";
import type { runPaths } from "../run-folder.ts";

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
  const dataset = data.val.targets === undefined ? datasetOf(data) : undefined;
  const found = health?.findings.map(toldOf);
  const report = runReport({ about, history, evaluation, mistakes, dataset, health: found });
  await store.write(paths.report, await renderRunReport(report));
}

const toldOf = ({ severity, code, sentence, files, hint }: HealthFinding): FindingReport => ({
  ...{ severity, code, message: sentence, hint },
  files: files.map(({ split, name, detail }) => `${split}/${name}${detail === undefined ? "" : ` (${detail})`}`),
});

/** How many pictures of each class there are to train on and to validate. */
function datasetOf({ train, val }: TrainVal): DatasetReport {
  const counts = [train, val].map((dataset) => {
    const perClass = dataset.classes.map(() => 0);
    for (let index = 0; index < dataset.size; index++) {
      const label = dataset.label(index);
      perClass[label] = (perClass[label] ?? 0) + 1;
    }
    return perClass;
  });
  return {
    splits: ["training", "validation"],
    classes: train.classes.map((name, label) => ({ name, counts: counts.map((own) => own[label] ?? 0) })),
  };
}
