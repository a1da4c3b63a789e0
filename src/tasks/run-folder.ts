import { HostError } from "../base/errors.ts";
import type { Store } from "../store/store.ts";

/** Where the parts of a run lie inside its folder. */
export const runPaths = (store: Store, run: string) => ({
  root: run,
  model: store.join(run, "model"),
  adapter: store.join(run, "adapter"),
  history: store.join(run, "history.jsonl"),
  csv: store.join(run, "history.csv"),
  tensorBoard: store.join(run, "tensorboard"),
  about: store.join(run, "run.json"),
  evaluation: store.join(run, "evaluation.json"),
  report: store.join(run, "report.html"),
  /** What was known of the pictures before training: a DataHealth. */
  health: store.join(run, "health.json"),
  checkpoints: store.join(run, "checkpoints"),
});

/** A run folder being written. */
export interface RunFolder {
  /** Where the run will stand when it is complete. */
  readonly path: string;
  /** Where its parts are written. */
  readonly paths: ReturnType<typeof runPaths>;
  /** The run is complete: it takes the place of an older run. */
  keep(): Promise<void>;
  /**
   * The run failed. An older run stays as it was; without one the folder stays if there is a checkpoint (history and
   * checkpoints are whole, and the run can be gone on with), and disappears if not.
   *
   * @returns whether something of the run stays
   */
  fail(): Promise<boolean>;
}

/**
 * Makes the folder of a new run. Where it replaces an older run it is written beside it, so that the older one stays whole
 * until the new one is, whatever happens in between.
 *
 * @throws {HostError} "run-exists" unless `overwrite`, and in any case where what stands there is no run
 */
export async function createRunFolder(
  out: string,
  { store, overwrite = false }: { readonly store: Store; readonly overwrite?: boolean },
): Promise<RunFolder> {
  const path = store.clean(out);
  const exists = (await store.kind(path)) !== undefined;
  const replaces = exists && !(await isEmpty(store, path));
  if (replaces) await refuse(path, { store, overwrite });
  // Names that nobody else gives: what a crash left under them is removed.
  const staging = replaces ? stagingOf(path) : path;
  if (replaces) await store.remove(staging);
  await store.makeFolder(staging);
  const paths = runPaths(store, staging);
  return {
    path,
    paths,
    keep: async () => {
      if (replaces) await replace(path, staging, store);
    },
    fail: async () => {
      const stays = !replaces && (await holdsCheckpoints(paths, store));
      if (!stays) await store.remove(staging);
      return stays;
    },
  };
}

async function holdsCheckpoints({ checkpoints }: ReturnType<typeof runPaths>, store: Store): Promise<boolean> {
  return (await store.kind(checkpoints)) === "folder" && (await store.list(checkpoints)).length > 0;
}

/**
 * Opens the folder of a run that another process left. Where that one was to replace an older run, it is what was written
 * beside it that is gone on with.
 *
 * @throws {HostError} "no-run"
 */
export async function reopenRunFolder(run: string, { store }: { readonly store: Store }): Promise<RunFolder> {
  const path = store.clean(run);
  const isRun = async (place: string) => (await store.kind(runPaths(store, place).about)) === "file";
  const staging = stagingOf(path);
  const replaces = await isRun(staging);
  if (!replaces && !(await isRun(path))) {
    throw new HostError("no-run", `"${run}" is not the folder of a run: there is no run.json in it.`, {
      hint: "Name the folder that `regraft train` wrote to, e.g. --resume runs/photos.",
    });
  }
  const own = replaces ? staging : path;
  return {
    path,
    paths: runPaths(store, own),
    keep: async () => {
      if (replaces) await replace(path, staging, store);
    },
    fail: async () => true,
  };
}

const stagingOf = (path: string): string => `${path}.regraft-new`;

async function replace(path: string, staging: string, store: Store): Promise<void> {
  const old = `${path}.regraft-old`;
  // Cut in the middle, it goes on where the old one has stepped aside.
  if ((await store.kind(path)) !== undefined) {
    await store.remove(old);
    await store.rename(path, old);
  }
  await store.rename(staging, path);
  await store.remove(old);
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
