import { DataError } from "../base/errors.ts";
import { refuseUnknown } from "../base/options.ts";
import type { Dataset } from "./dataset.ts";
import { filesDataset, type PictureSource } from "./files-dataset.ts";
import { isPartName } from "./folder-layout.ts";
import { listNames } from "./list-names.ts";
import { foldersIn, picturesByClass, picturesIn } from "./picture-files.ts";

export interface FolderDatasetOptions extends PictureSource {
  /** The classes that labels are indices into: the model's. */
  readonly classes: readonly string[];
}

/**
 * One labelled folder, `<root>/<class>/*`, judged by classes that are known already. Classes may be missing from the
 * folder, as they may be in a small test set.
 *
 * @throws {DataError} "no-such-folder" · "class-mismatch" for a folder that is not a class · "no-images"
 */
export async function folderDataset(root: string, options: FolderDatasetOptions): Promise<Dataset> {
  const { store, decoder, classes, ...rest } = options;
  refuseUnknown("folderDataset", rest);
  const folders = await foldersIn(store, root);
  const unknown = folders.filter((name) => !classes.includes(name));
  if (unknown.length > 0) throw unknownClasses(root, unknown, classes);
  const labels = new Map(folders.map((name) => [name, classes.indexOf(name)]));
  const files = (await picturesByClass(store, root, labels)).flat();
  const loose = files.length === 0 ? await picturesIn(store, root) : [];
  if (loose.length > 0) {
    throw new DataError("no-images", `${root} holds ${loose.length} pictures, but not in a folder per class.`, {
      hint: `If it is a class itself, name the folder above it: ${store.join(root, "..")}`,
    });
  }
  if (files.length === 0) {
    throw new DataError("no-images", `There is no picture in ${root}.`, {
      hint: `Pictures belong into a folder per class: ${store.join(root, classes[0] ?? "class", "1.jpg")}`,
    });
  }
  return filesDataset(classes, files, { store, decoder });
}

function unknownClasses(root: string, unknown: readonly string[], classes: readonly string[]): DataError {
  const isParts = unknown.every(isPartName);
  return new DataError(
    "class-mismatch",
    `${root} has folders that are not classes of the model: ${listNames(unknown)}.`,
    {
      hint: isParts
        ? `These look like parts of a data set: name one of them, ${root}/${unknown.at(-1)}.`
        : `The classes are ${listNames(classes)}.`,
    },
  );
}
