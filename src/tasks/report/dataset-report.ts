import type { TrainVal } from "../../data/dataset.ts";
import type { DatasetReport } from "../../report/data.ts";

/** How many pictures of each class there are to train on and to validate; undefined where pictures have no single class. */
export function datasetReport({ train, val }: TrainVal): DatasetReport | undefined {
  if (val.targets !== undefined) return undefined;
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
