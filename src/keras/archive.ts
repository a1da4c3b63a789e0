import { ModelError } from "../base/errors.ts";

/** The bytes at the start of a zip file. */
export const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b;

/**
 * The files of a zip that are asked for, by name. Each is as long as the zip says, or not there.
 *
 * @param wanted names of files, and how many bytes each may have unpacked
 * @throws {ModelError} "bad-keras" where it is no zip, is cut off, or a file is larger than it may be
 */
export async function unzipped(
  bytes: Uint8Array,
  wanted: ReadonlyMap<string, number>,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const { unzipSync } = await import("fflate");
  const filter = ({ name, originalSize }: { readonly name: string; readonly originalSize: number }): boolean => {
    const most = wanted.get(name);
    if (most !== undefined && originalSize > most) {
      throw new ModelError("bad-keras", `${name} in the archive would have ${originalSize} bytes, more than ${most}.`);
    }
    return most !== undefined;
  };
  try {
    return new Map(Object.entries(unzipSync(bytes, { filter })));
  } catch (cause) {
    if (cause instanceof ModelError) throw cause;
    throw new ModelError("bad-keras", "The archive cannot be unpacked.", {
      cause,
      hint: "Download the file again, or save it again in Keras.",
    });
  }
}
