import type { TrainVal } from "../../data/dataset.ts";
import { commandAgain } from "../../report/command-again.ts";
import { renderComparisonReport } from "../../report/comparison-report.ts";
import type { ComparisonReport, HistoryPoint, StrategyReport } from "../../report/data.ts";
import { lastPart, settingsTold } from "../../report/settings-told.ts";
import type { Store } from "../../store/store.ts";
import { readings } from "../../training/callbacks/monitor.ts";
import type { CompareResult, StrategyResult } from "../compare/types.ts";
import type { PhaseEpoch } from "../phase.ts";
import type { ToldOption } from "../told-options.ts";
import { datasetReport } from "./dataset-report.ts";

export interface ComparisonReportParts {
  readonly result: CompareResult;
  /** What run.json says besides. */
  readonly about: {
    /** ISO 8601 */
    readonly started: string;
    readonly options: Readonly<Record<string, ToldOption>>;
    readonly versions: Readonly<Record<string, string>>;
  };
  readonly data: TrainVal;
}

/**
 * Writes the page of a comparison.
 *
 * @param parts `path`: of the page
 * @throws {HostError} "write-failed" · "disk-full"
 */
export async function writeComparisonReport(
  { path, ...parts }: ComparisonReportParts & { readonly path: string },
  store: Store,
): Promise<void> {
  await store.write(path, await renderComparisonReport(comparisonReport(parts)));
}

/** A comparison as its page takes it: the same numbers and the same verdict as in compare.json. */
export function comparisonReport({ result, about, data }: ComparisonReportParts): ComparisonReport {
  const { take, best, reasons, notes, failed, reach, classes, examples, seconds, stopped } = result;
  const { started, options, versions } = about;
  return {
    title: lastPart(String(options.data?.value)),
    model: String(options.model?.value),
    status: stopped === "interrupted" ? "interrupted" : "finished",
    ...{ classes, examples, started, versions, seconds },
    ...{ take, best, reasons, notes, failed, target: reach },
    strategies: result.strategies.map(strategyReport),
    sizes: result.sizes.map((size) => ({ pictures: size.examples, strategies: size.strategies })),
    dataset: datasetReport(data),
    settings: settingsTold(options),
    command: commandAgain("compare", options),
  };
}

const strategyReport = ({ runs, ...strategy }: StrategyResult): StrategyReport => {
  const { name, about, steps, accuracy, loss, behind, seconds } = strategy;
  return {
    ...{ name, about, steps, accuracy, loss, behind, seconds },
    runs: runs.map((run) => ({
      ...{ seed: run.seed, accuracy: run.accuracy, loss: run.loss, seconds: run.seconds, peakBytes: run.peakBytes },
      ...{ keptEpoch: run.keptEpoch, epochsToTarget: run.epochsToReach },
      history: run.history.map(historyPoint),
    })),
  };
};

function historyPoint({ phase, epoch, ...record }: PhaseEpoch): HistoryPoint {
  const finite = Object.entries(readings({ epoch, ...record })).map(
    ([name, value]) => [name, Number.isFinite(value) ? value : null] as const,
  );
  return { phase, epoch, readings: Object.fromEntries(finite) };
}
