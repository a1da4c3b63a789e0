import type { ErrorCode } from "../../src/base/error-codes.ts";
import { utf8 } from "../../src/base/utf8.ts";
import type { Files } from "./subject.ts";
import { fileOf, json } from "./subjects.ts";

/** Something that is wrong with a model, and what is to come of it. */
export interface Malformation {
  readonly name: string;
  /** The name of the model that it is done to. */
  readonly subject: string;
  readonly change: (files: Files) => Files;
  /** The code that it is refused with, or "read" where it does no harm. */
  readonly ends: ErrorCode | "read";
}

/** A row without its subject: tables are of one each. */
export type Row = readonly [name: string, ends: Malformation["ends"], change: Malformation["change"]];

export const rowsOf = (subject: string, rows: readonly Row[]): readonly Malformation[] =>
  rows.map(([name, ends, change]) => ({ name, subject, ends, change }));

/** One file gives way to another. */
export const withFile =
  (path: string, make: (bytes: Uint8Array) => Uint8Array | string): Malformation["change"] =>
  (files) => {
    const made = make(fileOf(files, path));
    return { ...files, [path]: typeof made === "string" ? utf8.encode(made) : made };
  };

/** A file that was not there, or another in the place of one. */
export const adding =
  (path: string, content: Uint8Array | string): Malformation["change"] =>
  (files) => ({ ...files, [path]: typeof content === "string" ? utf8.encode(content) : content });

/** A JSON file with some of its fields replaced. */
export const withFields = (path: string, fields: object): Malformation["change"] =>
  withFile(path, (bytes) => json({ ...JSON.parse(utf8.decode(bytes)), ...fields }));

/** So many lists in each other, as text. */
export const nested = (deep: number, inner = ""): string => "[".repeat(deep) + inner + "]".repeat(deep);

/** Keys that everything has, with values that would be everybody's. */
export const pollution =
  '"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}, "toString": null';
