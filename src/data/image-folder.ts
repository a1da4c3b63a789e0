import { DataError, UsageError } from "../base/errors.ts";
import { checkNumber, refuseUnknown } from "../base/options.ts";
import type { TrainVal } from "./dataset.ts";
import { filesDataset, type PictureSource } from "./files-dataset.ts";
import { emptyClass, noSuchFolder, oneClass, sharedPictures, tooFew } from "./folder-errors.ts";
import { findParts } from "./folder-layout.ts";
import { listNames } from "./list-names.ts";
import { foldersIn, type PictureFile, picturesByClass, picturesIn } from "./picture-files.ts";
import { stratifiedSplit } from "./split.ts";
import { subset } from "./subset.ts";

export interface ImageFolderOptions extends PictureSource {
  /**
   * Where validation pictures come from: another folder of the same classes, or the part of each class to hold out,
   * between 0 and 1. By default the root's own validation folder, or 0.2 where it has none.
   */
  readonly val?: string | number;
  /** Draws the pictures that are held out. */
  readonly seed?: number;
}

export interface ImageFolder extends TrainVal {
  readonly classes: readonly string[];
  readonly origin: {
    /** The folder that holds the training classes. */
    readonly train: string;
    /** The folder that holds the validation classes, or the fraction that was held out of the training folder. */
    readonly val: string | number;
  };
}

/**
 * Pictures in a folder per class: `<root>/<class>/*`, or `<root>/{train,val,valid,validation,test}/<class>/*`. Classes
 * are the folders' names in code-unit order, as in PyTorch's ImageFolder. No file is on both sides, whatever links lead
 * to it; inside of one folder it is one picture.
 *
 * @throws {DataError} "no-such-folder" · "one-class" · "empty-class" · "class-mismatch" · "shared-pictures" · "no-images"
 * @throws {UsageError} "bad-option"
 */
export async function imageFolder(root: string, options: ImageFolderOptions): Promise<ImageFolder> {
  const { store, decoder, val, seed = 0, ...rest } = options;
  refuseUnknown("imageFolder", rest);
  if (typeof val === "number") checkNumber("val", val, { moreThan: 0, lessThan: 1 });
  const parts = await findParts(root, store);
  const train = await readClasses(parts.train, options);
  const valFrom = val ?? parts.val ?? 0.2;
  const origin = { train: parts.train, val: valFrom };
  const whole = filesDataset(train.classes, train.files, options);
  if (typeof valFrom === "number") {
    const labels = train.files.map(({ label }) => label);
    const split = stratifiedSplit(labels, { fraction: valFrom, seed });
    if (split.val.length === 0) throw tooFew(parts.train);
    const sides = { train: subset(whole, split.train), val: subset(whole, split.val) };
    return { classes: train.classes, ...sides, origin };
  }
  const held = await readClasses(valFrom, options);
  checkSameClasses(train, held);
  await checkApart(parts.train, valFrom, options);
  checkNoneShared(train, held);
  return { classes: train.classes, train: whole, val: filesDataset(train.classes, held.files, options), origin };
}

interface ClassFiles {
  readonly folder: string;
  readonly classes: readonly string[];
  readonly files: readonly PictureFile[];
}

async function readClasses(folder: string, { store }: PictureSource): Promise<ClassFiles> {
  if ((await store.kind(folder)) !== "folder") throw noSuchFolder(folder);
  const classes = await foldersIn(store, folder);
  if (classes.length < 2) throw oneClass(folder, classes, await picturesIn(store, folder));
  const byClass = await picturesByClass(store, folder, new Map(classes.map((name, label) => [name, label])));
  const empty = classes.filter((_, label) => byClass[label]?.length === 0);
  if (empty.length > 0) throw emptyClass(folder, empty);
  return { folder, classes, files: byClass.flat() };
}

function checkSameClasses(train: ClassFiles, val: ClassFiles): void {
  const missing = train.classes.filter((name) => !val.classes.includes(name));
  const extra = val.classes.filter((name) => !train.classes.includes(name));
  if (missing.length === 0 && extra.length === 0) return;
  const parts = [
    ...(missing.length > 0 ? [`it lacks ${listNames(missing)}`] : []),
    ...(extra.length > 0 ? [`it has ${listNames(extra)} that training has not`] : []),
  ];
  throw new DataError(
    "class-mismatch",
    `The classes in ${val.folder} are not those in ${train.folder}: ${parts.join("; ")}.`,
    {
      hint: "Both need the same folders, with the same spelling.",
    },
  );
}

/** A common prefix counts only up to a separator, which the store alone knows: /data is not around /data2. */
async function checkApart(train: string, val: string, { store }: PictureSource): Promise<void> {
  const [a, b] = [await store.realPath(train), await store.realPath(val)];
  const holds = (outer: string, inner: string) =>
    inner === outer || inner.startsWith(store.join(outer, "x").slice(0, -1));
  if (!holds(a, b) && !holds(b, a)) return;
  throw new UsageError(
    "bad-option",
    `The validation folder ${val} shares its files with the training folder ${train}.`,
    {
      hint: "Name a folder of other pictures, or a fraction to hold out: --val 0.2",
    },
  );
}

function checkNoneShared(train: ClassFiles, val: ClassFiles): void {
  const trained = new Map(train.files.map(({ real, path }) => [real, path]));
  const shared = val.files.flatMap(({ real, path }) => {
    const other = trained.get(real);
    return other === undefined ? [] : [`${path} is ${other}`];
  });
  if (shared.length > 0) throw sharedPictures(val.folder, shared);
}
