import type { Store } from "../../store/store.ts";
import { oneClass } from "../folder-errors.ts";
import { findParts, isPartName } from "../folder-layout.ts";
import type { ImageFolder } from "../image-folder.ts";
import { filesBeside, foldersIn, type PictureFile, picturesByClass, picturesIn } from "../picture-files.ts";
import { stratifiedSplit } from "../split.ts";

/** A picture file that was found, not yet looked at. */
export interface SurveyedPicture {
  readonly path: string;
  /** Relative to its split's folder: "ants/1.jpg". */
  readonly name: string;
  /** Index into the survey's classes. */
  readonly label: number;
}

export interface SurveyedSplit {
  readonly name: string;
  readonly folder: string;
  readonly heldOut?: number;
  /** Classes that the split has a folder of. */
  readonly folders: readonly string[];
  readonly pictures: readonly SurveyedPicture[];
  /** Paths of files in class folders that are not read as pictures, and of pictures that lie beside the class folders. */
  readonly ignored: readonly string[];
}

/** Where the pictures of a data set lie, whatever is wrong with the layout. */
export interface Survey {
  readonly data: string;
  /** Of all splits, by code unit. */
  readonly classes: readonly string[];
  /** Training first, then validation. */
  readonly splits: readonly SurveyedSplit[];
}

export interface SurveyOptions {
  readonly store: Store;
  /** As imageFolder takes it. */
  readonly val: string | number | undefined;
  /** Draws what is held out, as imageFolder does. */
  readonly seed: number;
}

/**
 * Finds the splits and their pictures as imageFolder does, but goes on where that refuses the data. Further parts of the data
 * (a test folder beside train and val) are splits too.
 *
 * @throws {DataError} "no-such-folder" · "one-class" where there is not a single class folder
 */
export async function surveyFolder(data: string, { store, val, seed }: SurveyOptions): Promise<Survey> {
  const parts = await findParts(data, store);
  const valFrom = val ?? parts.val ?? 0.2;
  const further = parts.train === data ? [] : await furtherParts(data, [parts.train, parts.val ?? valFrom], store);
  const found = [
    { name: "train", folder: parts.train },
    ...(typeof valFrom === "string" ? [{ name: "val", folder: valFrom }] : []),
    ...further,
  ];
  const listed = await Promise.all(
    found.map(async (split) => ({ ...split, ...(await listSplit(split.folder, store)) })),
  );
  const [train] = listed;
  if (!train?.folders.length) throw oneClass(parts.train, [], await picturesIn(store, parts.train));
  const classes = [...new Set(listed.flatMap(({ folders }) => folders))].sort(byCodeUnit);
  const splits = await Promise.all(listed.map((split) => withPictures(split, classes, store)));
  return { data, classes, splits: typeof valFrom === "number" ? heldOut(splits, { fraction: valFrom, seed }) : splits };
}

/** The survey of data that training has read: whatever is wrong with its layout has been refused. */
export function surveyOf(data: string, { classes, train, val, origin }: ImageFolder, store: Store): Survey {
  const valFolder = typeof origin.val === "string" ? origin.val : origin.train;
  const splitOf = (name: string, folder: string, side: ImageFolder["train"]): SurveyedSplit => ({
    ...{ name, folder, folders: classes, ignored: [] },
    pictures: Array.from({ length: side.size }, (_, index) => ({
      path: store.join(folder, ...side.name(index).split("/")),
      name: side.name(index),
      label: side.label(index),
    })),
  });
  const held = typeof origin.val === "number" ? { heldOut: origin.val } : {};
  return {
    data,
    classes,
    splits: [splitOf("train", origin.train, train), { ...splitOf("val", valFolder, val), ...held }],
  };
}

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

async function furtherParts(data: string, taken: readonly (string | number)[], store: Store) {
  const names = (await foldersIn(store, data)).filter(isPartName);
  return names
    .map((name) => ({ name, folder: store.join(data, name) }))
    .filter(({ folder }) => !taken.includes(folder));
}

async function listSplit(folder: string, store: Store) {
  const folders = await foldersIn(store, folder);
  const loose = (await picturesIn(store, folder)).map((name) => store.join(folder, name));
  const inside = await Promise.all(
    folders.map(async (name) => {
      const classFolder = store.join(folder, name);
      return (await filesBeside(store, classFolder)).map((file) => store.join(classFolder, file));
    }),
  );
  return { folders, ignored: [...loose, ...inside.flat()] };
}

async function withPictures(
  split: Omit<SurveyedSplit, "pictures">,
  classes: readonly string[],
  store: Store,
): Promise<SurveyedSplit> {
  const labels = new Map(split.folders.map((name) => [name, classes.indexOf(name)]));
  const files = (await picturesByClass(store, split.folder, labels)).flat();
  return { ...split, pictures: files.map(({ path, name, label }: PictureFile) => ({ path, name, label })) };
}

/** Training parted from what is held out of it, which comes second. */
function heldOut(
  [train, ...further]: readonly SurveyedSplit[],
  { fraction, seed }: { readonly fraction: number; readonly seed: number },
): readonly SurveyedSplit[] {
  if (!train) return [];
  const labels = train.pictures.map(({ label }) => label);
  const held = new Set(stratifiedSplit(labels, { fraction, seed }).val);
  const side = (isHeld: boolean) => train.pictures.filter((_, index) => held.has(index) === isHeld);
  return [
    { ...train, pictures: side(false) },
    { ...train, name: "val", heldOut: fraction, pictures: side(true), ignored: [] },
    ...further,
  ];
}
