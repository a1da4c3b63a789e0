import { crc32 } from "../base/crc32.ts";
import { ModelError } from "../base/errors.ts";
import { badArchive, type ZipEntry, zipEntries } from "./zip-directory.ts";

/** The bytes at the start of a zip file. */
export const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b;

/** Weights hardly shrink, and descriptions are short: no honest archive holds more. */
const mostBytes = (zip: Uint8Array): number => Math.max(2 ** 27, 16 * zip.length);

/** Packed bytes that are unpacked at once: what they become is looked at before more is. */
const STEP_BYTES = 2 ** 14;

/**
 * The files of a zip that are asked for, by name. Each is as long as the zip says, with the check sum that it says.
 *
 * @param wanted names of files, and how many bytes each may have unpacked
 * @throws {ModelError} "bad-keras" where it is no zip, is cut off or made to do harm (see `zipEntries`), or a file is larger
 *   than it may be
 */
export async function unzipped(
  bytes: Uint8Array,
  wanted: ReadonlyMap<string, number>,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const entries = zipEntries(bytes).filter(({ name, isFolder }) => wanted.has(name) && !isFolder);
  for (const { name, sizeBytes } of entries) requireSize(name, sizeBytes, wanted.get(name) ?? 0);
  return unpacked(entries);
}

/** All files of a zip. @throws {ModelError} as `unzipped` */
export async function unzippedAll(bytes: Uint8Array): Promise<ReadonlyMap<string, Uint8Array>> {
  const entries = zipEntries(bytes).filter(({ isFolder }) => !isFolder);
  let left = mostBytes(bytes);
  for (const { name, sizeBytes } of entries) {
    requireSize(name, sizeBytes, left);
    left -= sizeBytes;
  }
  return unpacked(entries);
}

function requireSize(name: string, sizeBytes: number, most: number): void {
  if (sizeBytes > most)
    throw badArchive(`${JSON.stringify(name)} in the archive would have ${sizeBytes} bytes, more than ${most}`);
}

async function unpacked(entries: readonly ZipEntry[]): Promise<ReadonlyMap<string, Uint8Array>> {
  const { Inflate } = await import("fflate");
  return new Map(entries.map((entry) => [entry.name, contentOf(entry, Inflate)] as const));
}

type Inflater = typeof import("fflate").Inflate;

function contentOf(entry: ZipEntry, inflater: Inflater): Uint8Array {
  const content = entry.isDeflated ? inflated(entry, inflater) : new Uint8Array(entry.packed);
  if (crc32(content) === entry.checkSum) return content;
  throw badArchive(`${JSON.stringify(entry.name)} in the archive is damaged: its check sum differs`);
}

function inflated({ name, packed, sizeBytes }: ZipEntry, Inflate: Inflater): Uint8Array {
  const content = new Uint8Array(sizeBytes);
  let done = 0;
  const inflate = new Inflate((part) => {
    if (done + part.length > sizeBytes) throw otherSize(name, sizeBytes);
    content.set(part, done);
    done += part.length;
  });
  try {
    for (let from = 0; from < packed.length; from += STEP_BYTES) {
      inflate.push(packed.subarray(from, from + STEP_BYTES), from + STEP_BYTES >= packed.length);
    }
  } catch (cause) {
    if (cause instanceof ModelError) throw cause;
    throw badArchive(`${JSON.stringify(name)} in the archive cannot be unpacked`, cause);
  }
  if (done !== sizeBytes) throw otherSize(name, sizeBytes);
  return content;
}

const otherSize = (name: string, sizeBytes: number): ModelError =>
  badArchive(`${JSON.stringify(name)} in the archive should unpack to ${sizeBytes} bytes, and does not`);
