import type { Dataset } from "./dataset.ts";

/** The examples of each class, [C], in the order of the data. */
export function indicesByClass(dataset: Dataset): readonly (readonly number[])[] {
  const byClass = dataset.classes.map((): number[] => []);
  for (let index = 0; index < dataset.size; index++) byClass[dataset.label(index)]?.push(index);
  return byClass;
}

/** How many examples each class has, [C]. */
export const classCounts = (dataset: Dataset): readonly number[] => indicesByClass(dataset).map(({ length }) => length);
