import { HostError } from "../base/errors.ts";
import type { FileContent, Store } from "../store/store.ts";

/** A file of a folder: the parts of its path inside, and what it holds. */
export type FileEntry = readonly [name: readonly string[], content: FileContent];

interface FolderPlaceOptions {
  readonly store: Store;
  readonly overwrite: boolean;
  /** What such a folder is called: "a model folder". */
  readonly what: string;
  /** Files by which an older such folder is known, one of each group: the parts of each path inside. */
  readonly marks: readonly (readonly (readonly string[])[])[];
}

/**
 * Where a folder asked for at `path` goes. With `overwrite` an empty folder or an older one of its kind may stand there,
 * and nothing else: a mistyped name must not cost anyone a folder of other things.
 *
 * @returns `path` cleaned, so that names beside it can be made from it
 * @throws {HostError} "run-exists"
 */
export async function folderPlace(
  path: string,
  { store, overwrite, what, marks }: FolderPlaceOptions,
): Promise<string> {
  const kind = await store.kind(path);
  if (kind === undefined) return store.clean(path);
  const isOlder = async () => {
    const isFile = async (mark: readonly string[]) => (await store.kind(store.join(path, ...mark))) === "file";
    const found = await Promise.all(marks.map((group) => Promise.all(group.map(isFile))));
    return found.every((group) => group.includes(true));
  };
  const mayGo = kind === "folder" && ((await store.list(path)).length === 0 || (await isOlder()));
  if (mayGo && overwrite) return store.clean(path);
  throw new HostError("run-exists", mayGo ? `"${path}" exists already.` : `"${path}" exists, and is not ${what}.`, {
    hint: mayGo
      ? "Choose another place, or pass { overwrite: true }."
      : `Choose another place: only ${what} is overwritten.`,
  });
}

/** Writes a whole folder beside its place, then moves it there: a reader sees the old folder or the new one. */
export async function replaceFolder(path: string, files: readonly FileEntry[], store: Store): Promise<void> {
  const partial = await freePath(`${path}.partial`, store);
  try {
    for (const [name, content] of files) await store.write(store.join(partial, ...name), content);
    if (await store.kind(path)) await swap(path, partial, store);
    else await store.rename(partial, path);
  } catch (error) {
    await store.remove(partial);
    throw error;
  }
}

/** The old folder steps aside first, and comes back should the new one not take its place. */
async function swap(path: string, partial: string, store: Store): Promise<void> {
  const old = await freePath(`${path}.old`, store);
  await store.rename(path, old);
  try {
    await store.rename(partial, path);
  } catch (error) {
    await store.rename(old, path);
    throw error;
  }
  await store.remove(old);
}

/** `stem`, `stem.2`, `stem.3` ...: what bears such a name already may be someone's own. */
async function freePath(stem: string, store: Store): Promise<string> {
  let path = stem;
  for (let count = 2; await store.kind(path); count++) path = `${stem}.${count}`;
  return path;
}
