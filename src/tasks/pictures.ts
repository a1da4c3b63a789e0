import type { RgbImage } from "../image/image.ts";
import type { Host } from "./host.ts";

/** A picture as people have it: a file's path, a file's bytes, or pixels. */
export type Picture = string | Uint8Array | RgbImage;

/** @throws {DataError} "no-such-file" · "unreadable-image" */
export async function readPicture(
  picture: Picture,
  { store, decoder }: Pick<Host, "store" | "decoder">,
): Promise<RgbImage> {
  if (typeof picture === "string") return decoder.decode(await store.read(picture));
  return picture instanceof Uint8Array ? decoder.decode(picture) : picture;
}
