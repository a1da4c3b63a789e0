import { ModelError } from "../base/errors.ts";

/** The bytes at the start of a zip file. */
export const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b;

/** Weights hardly shrink, and descriptions are short: no honest archive holds more. */
const mostBytes = (zip: Uint8Array): number => Math.max(2 ** 27, 16 * zip.length);

/**
 * The files of a zip that are asked for, by name. Each is as long as the zip says, or not there.
 *
 * @param wanted names of files, and how many bytes each may have unpacked
 * @throws {ModelError} "bad-keras" where it is no zip, is cut off, or a file is larger than it may be
 */
export const unzipped = (
  bytes: Uint8Array,
  wanted: ReadonlyMap<string, number>,
): Promise<ReadonlyMap<string, Uint8Array>> =>
  filtered(bytes, ({ name, originalSize }) => {
    const most = wanted.get(name);
    if (most !== undefined && originalSize > most) throw tooLarge(name, originalSize, most);
    return most !== undefined;
  });

/** All files of a zip. @throws {ModelError} as `unzipped` */
export function unzippedAll(bytes: Uint8Array): Promise<ReadonlyMap<string, Uint8Array>> {
  let left = mostBytes(bytes);
  return filtered(bytes, ({ name, originalSize }) => {
    if (originalSize > left) throw tooLarge(name, originalSize, left);
    left -= originalSize;
    return !name.endsWith("/");
  });
}

interface Entry {
  readonly name: string;
  readonly originalSize: number;
}

const tooLarge = (name: string, size: number, most: number): ModelError =>
  new ModelError("bad-keras", `${name} in the archive would have ${size} bytes, more than ${most}.`);

async function filtered(
  bytes: Uint8Array,
  filter: (entry: Entry) => boolean,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const { unzipSync } = await import("fflate");
  try {
    return new Map(Object.entries(unzipSync(bytes, { filter })));
  } catch (cause) {
    if (cause instanceof ModelError) throw cause;
    throw new ModelError("bad-keras", "The archive cannot be unpacked.", {
      cause,
      hint: "Download the file again, or save it again.",
    });
  }
}
