import { DataError, UsageError } from "../base/errors.ts";
import { printable } from "../base/printable.ts";
import { readPictureBytes } from "../data/picture-bytes.ts";
import type { RgbImage } from "../image/image.ts";
import type { Classifier, Prediction } from "./classifier.ts";
import type { Host } from "./host.ts";

/** A picture as people have it: a file's path, a file's bytes, or pixels. */
export type Picture = string | Uint8Array | RgbImage;

/** @throws {DataError} "no-such-file" · "unreadable-image" */
export async function readPicture(
  picture: Picture,
  { store, decoder }: Pick<Host, "store" | "decoder">,
): Promise<RgbImage> {
  if (typeof picture === "string") return decoder.decode(await readPictureBytes(picture, store));
  return picture instanceof Uint8Array ? decoder.decode(picture) : picture;
}

/** Pictures answered at once. Each is prepared as soon as it is read: what waits for the others is of the model's size. */
export const picturesAtOnce = 16;

/** The best labels of each picture, read and answered a few at a time. @throws as readPicture */
export async function predictPictures(
  pictures: readonly Picture[],
  options: { readonly top?: number } | undefined,
  { classifier, host }: { readonly classifier: Classifier; readonly host: Pick<Host, "store" | "decoder"> },
): Promise<readonly Prediction[]> {
  if (!Array.isArray(pictures)) {
    throw new UsageError("bad-option", "predict takes a list of pictures.", { hint: 'model.predict(["photo.jpg"])' });
  }
  const predictions: Prediction[] = [];
  for (let start = 0; start < pictures.length; start += picturesAtOnce) {
    const few = pictures.slice(start, start + picturesAtOnce);
    const prepared = few.map(async (picture, at) => classifier.prepare(await readNamed(picture, start + at, host)));
    predictions.push(...(await classifier.predictPrepared(await Promise.all(prepared), options)));
  }
  return predictions;
}

/** As readPicture; the error tells which of several pictures it was. */
async function readNamed(picture: Picture, index: number, host: Pick<Host, "store" | "decoder">): Promise<RgbImage> {
  try {
    return await readPicture(picture, host);
  } catch (error) {
    if (!(error instanceof DataError) || error.code !== "unreadable-image") throw error;
    const name = typeof picture === "string" ? printable(picture) : `Picture ${index}`;
    throw new DataError(error.code, `${name}: ${error.message}`, {
      cause: error,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    });
  }
}
