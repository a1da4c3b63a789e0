import { classCounts } from "../../data/by-class.ts";
import type { TrainVal } from "../../data/dataset.ts";
import type { DatasetReport } from "../../report/data.ts";

/** How many pictures of each class there are to train on and to validate; undefined where pictures have no single class. */
export function datasetReport({ train, val }: TrainVal): DatasetReport | undefined {
  if (val.targets !== undefined) return undefined;
  const counts = [train, val].map(classCounts);
  return {
    splits: ["training", "validation"],
    classes: train.classes.map((name, label) => ({ name, counts: counts.map((own) => own[label] ?? 0) })),
  };
}
