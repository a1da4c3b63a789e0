import { DataError } from "../base/errors.ts";
import { bytes as sizeText } from "../base/words.ts";
import { notAPicture } from "../image/not-a-picture.ts";
import { pictureFormat } from "../image/picture-format.ts";
import type { Store } from "../store/store.ts";

/** Four bytes for each of the pixels that a picture may have: what is larger is no photo, or holds far more than one. */
const mostBytes = 400e6;
/** Of a larger file the first bytes are looked at before all of it is read. */
const lookedAtFrom = 2 ** 20;
/** What tells a picture, and what else it is. */
const firstBytes = 1024;

/**
 * The bytes of a file that is to be a picture, read whole only where that is what it can be: a film or a disk image that lies
 * among pictures takes no memory.
 *
 * @throws {DataError} "no-such-file" · "unreadable-image" for what is too large, or large and no picture
 * @throws {HostError} "read-failed", also for a pipe or a device
 */
export async function readPictureBytes(path: string, store: Pick<Store, "open">): Promise<Uint8Array> {
  const file = await store.open(path);
  try {
    const { sizeBytes } = file;
    if (sizeBytes >= lookedAtFrom) {
      const start = new Uint8Array(firstBytes);
      await file.read(0, start);
      if (!pictureFormat(start)) throw notAPicture(start);
    }
    if (sizeBytes > mostBytes) throw tooLarge(sizeBytes);
    const bytes = new Uint8Array(sizeBytes);
    await file.read(0, bytes);
    return bytes;
  } finally {
    await file.close();
  }
}

const tooLarge = (sizeBytes: number): DataError =>
  new DataError(
    "unreadable-image",
    `The file has ${sizeText(sizeBytes)}, and a picture ${sizeText(mostBytes)} at most.`,
    { hint: "Save the picture smaller: models see a few hundred pixels a side." },
  );
