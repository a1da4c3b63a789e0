import type { Hdf5File } from "./hdf5.ts";

/**
 * Reads an HDF5 file where the reading can be ended from outside (a port): in some that are damaged the library goes in a circle,
 * and never comes back.
 *
 * @throws {ModelError} "bad-keras" where it does not come to an end
 */
export type TryHdf5 = (bytes: Uint8Array) => Promise<void>;

/** Asks a file for all that whoever reads a model may ask it for. What it throws is left to that one. */
export function askForAll(file: Hdf5File): void {
  const texts = ["model_config", "keras_version"].map((name) => () => file.text("", name));
  for (const ask of texts) unlessDamaged(ask, undefined);
  const datasets = unlessDamaged(() => file.datasets(""), []);
  const groups = new Set(datasets.flatMap(foldersAbove));
  for (const group of groups) unlessDamaged(() => file.list(group), undefined);
  for (const dataset of datasets) unlessDamaged(() => file.tensor(dataset), undefined);
}

/** "a/b/c" to "a/b" and "a". */
function foldersAbove(path: string): readonly string[] {
  const steps = path.split("/");
  return steps.slice(1).map((_, at) => steps.slice(0, at + 1).join("/"));
}

function unlessDamaged<T>(ask: () => T, otherwise: T): T {
  try {
    return ask();
  } catch {
    return otherwise;
  }
}
