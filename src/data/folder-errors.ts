import { DataError } from "../base/errors.ts";
import { listNames } from "./list-names.ts";

const layouts = (root: string): string =>
  `Pictures belong into a folder per class, ${root}/<class>/*.jpg, or into parts with such folders, ` +
  `${root}/train/<class>/*.jpg and ${root}/val/<class>/*.jpg.`;

export const noSuchFolder = (folder: string): DataError =>
  new DataError("no-such-folder", `There is no folder ${folder}.`, {
    hint: `Check the path, which must be a folder. ${layouts(folder)}`,
  });

export function oneClass(folder: string, classes: readonly string[], pictures: readonly string[]): DataError {
  const found = classes[0] === undefined ? "no class folder" : `only one class folder, ${classes[0]}`;
  const loose = pictures.length > 0 ? ` and ${pictures.length} pictures outside of class folders` : "";
  return new DataError("one-class", `${folder} has ${found}${loose}: at least two classes are needed.`, {
    hint: layouts(folder),
  });
}

export const emptyClass = (folder: string, empty: readonly string[]): DataError =>
  new DataError(
    "empty-class",
    `${folder} has ${empty.length === 1 ? "a class" : "classes"} without pictures: ${listNames(empty)}.`,
    {
      hint: "Add pictures (JPEG, PNG, WebP, GIF, AVIF or TIFF; links to pictures of other classes do not count), or remove the folder.",
    },
  );

export const tooFew = (folder: string): DataError =>
  new DataError("no-images", `${folder} has one picture per class: none can be held out for validation.`, {
    hint: "Add pictures, or name a folder of validation pictures: --val <folder>",
  });

export const noTraining = (root: string, found: readonly string[]): DataError =>
  new DataError("no-such-folder", `${root} has ${listNames(found)}, but no folder "train" with class folders in it.`, {
    hint: layouts(root),
  });

export const sharedPictures = (val: string, pairs: readonly string[]): DataError =>
  new DataError(
    "shared-pictures",
    `${pairs.length} of the validation pictures in ${val} ${pairs.length === 1 ? "is a training picture" : "are training pictures"} too: ${listNames(pairs, { first: 3 })}.`,
    { hint: "Remove these links from one side, or hold out a part of the training pictures: --val 0.2" },
  );
