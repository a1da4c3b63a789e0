import type { Store } from "../store/store.ts";
import { noSuchFolder, noTraining } from "./folder-errors.ts";
import { foldersIn, picturesIn } from "./picture-files.ts";

const valNames = ["val", "valid", "validation", "test"] as const;

/** A usual name of a part of a data set: of a folder that holds class folders. */
export const isPartName = (name: string): boolean => name === "train" || valNames.some((known) => known === name);

export interface Parts {
  /** The folder that holds the training classes. */
  readonly train: string;
  /** The folder that holds the validation classes, where there is one. */
  readonly val: string | undefined;
}

/** What a folder of training pictures is made of, see imageFolder. A folder "train" that holds folders and no pictures is a part of the data; one that holds pictures is a class. */
export async function findParts(root: string, store: Store): Promise<Parts> {
  if ((await store.kind(root)) !== "folder") throw noSuchFolder(root);
  const folders = await foldersIn(store, root);
  const train = store.join(root, "train");
  const isPart =
    folders.includes("train") &&
    (await foldersIn(store, train)).length > 0 &&
    (await picturesIn(store, train)).length === 0;
  if (!isPart && folders.length > 0 && folders.every((name) => isPartName(name) && name !== "train")) {
    throw noTraining(root, folders);
  }
  if (!isPart) return { train: root, val: undefined };
  const val = valNames.find((name) => folders.includes(name));
  return { train, val: val && store.join(root, val) };
}
