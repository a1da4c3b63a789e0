import type { ErrorCode } from "../base/error-codes.ts";
import { DataError, type ErrorDetails, RegraftError } from "../base/errors.ts";
import { printable } from "../base/printable.ts";
import type { ImageDecoder } from "../image/image.ts";
import type { Store } from "../store/store.ts";
import type { Dataset } from "./dataset.ts";
import { readPictureBytes } from "./picture-bytes.ts";
import type { PictureFile } from "./picture-files.ts";
import { at } from "./subset.ts";

/** Where pictures come from and what turns them into pixels. */
export interface PictureSource {
  readonly store: Store;
  readonly decoder: ImageDecoder;
}

/** A data set over files that were found. */
export function filesDataset(
  classes: readonly string[],
  files: readonly PictureFile[],
  { store, decoder }: PictureSource,
): Dataset {
  return {
    classes,
    size: files.length,
    label: (index) => at(files, index).label,
    name: (index) => at(files, index).name,
    async load(index) {
      const { path, name } = at(files, index);
      try {
        return await decoder.decode(await readPictureBytes(path, store));
      } catch (cause) {
        throw cause instanceof RegraftError ? named(name, cause) : cause;
      }
    },
  };
}

/** One file that the disk does not give must not end a run: it is a bad picture as a broken one is. */
const unreadable: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["read-failed", "no-such-file"]);

function named(name: string, cause: RegraftError): RegraftError {
  const details: ErrorDetails = cause.hint === undefined ? { cause } : { hint: cause.hint, cause };
  const message = `${printable(name)}: ${cause.message}`;
  if (unreadable.has(cause.code)) return new DataError("unreadable-image", message, details);
  return cause instanceof DataError ? new DataError(cause.code, message, details) : cause;
}
