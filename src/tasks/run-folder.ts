import { HostError } from "../base/errors.ts";
import type { Store } from "../store/store.ts";

/** Where the parts of a run lie inside its folder. */
export const runPaths = (store: Store, run: string) => ({
  model: store.join(run, "model"),
  history: store.join(run, "history.jsonl"),
  about: store.join(run, "run.json"),
  checkpoints: store.join(run, "checkpoints"),
});

/** A run folder being written. */
export interface RunFolder {
  readonly path: string;
  readonly paths: ReturnType<typeof runPaths>;
  /** The run is complete: an older run that stood here is gone for good. */
  keep(): Promise<void>;
  /**
   * The run failed. An older run that stood here comes back; else the folder stays if there is a best checkpoint
   * (history and checkpoints are whole, there is no model), and disappears if not.
   */
  fail(): Promise<void>;
}

/**
 * Makes the folder of a new run. An older run under the same name is set aside until the new one is complete.
 *
 * @throws {HostError} "run-exists" unless `overwrite`, and in any case where what stands there is no run
 */
export async function createRunFolder(
  path: string,
  { store, overwrite = false }: { readonly store: Store; readonly overwrite?: boolean },
): Promise<RunFolder> {
  const exists = (await store.kind(path)) !== undefined;
  if (exists && !(await isEmpty(store, path))) await refuse(path, { store, overwrite });
  const aside = `${path}.replaced`;
  if (exists) {
    await store.remove(aside);
    await store.rename(path, aside);
  }
  await store.makeFolder(path);
  const paths = runPaths(store, path);
  return {
    path,
    paths,
    keep: () => store.remove(aside),
    fail: async () => {
      if (!exists && (await store.kind(store.join(paths.checkpoints, "best"))) === "folder") return;
      await store.remove(path);
      if (exists) await store.rename(aside, path);
    },
  };
}

/** Only a run may be replaced: a mistyped --out must not cost anyone a folder of other things. */
async function refuse(
  path: string,
  { store, overwrite }: { readonly store: Store; readonly overwrite: boolean },
): Promise<void> {
  const isRun = (await store.kind(runPaths(store, path).about)) === "file";
  if (overwrite && isRun) return;
  throw new HostError(
    "run-exists",
    isRun ? `"${path}" exists already.` : `"${path}" exists, and is not a run folder.`,
    {
      hint: isRun ? "Choose another --out, or pass --overwrite to replace it." : "Choose another --out.",
    },
  );
}

async function isEmpty(store: Store, path: string): Promise<boolean> {
  return (await store.kind(path)) === "folder" && (await store.list(path)).length === 0;
}

/** The model folder that a path means: a run's model, or the folder itself. */
export async function modelFolderOf(path: string, store: Store): Promise<string> {
  const inside = runPaths(store, path).model;
  return (await store.kind(inside)) === "folder" ? inside : path;
}
