import { RegraftError, UsageError } from "../base/errors.ts";
import { hasPictureExtension } from "../image/picture-format.ts";
import type { Store } from "../store/store.ts";

/** A picture and the file that its overlay goes to. */
export interface OverlayFile {
  readonly image: string;
  readonly overlay: string;
}

export const isJpeg = (path: string): boolean => /\.jpe?g$/i.test(path);

/**
 * Where each overlay goes; of pictures with the same name the later ones get a number.
 *
 * @param out a .png or .jpg for one picture; else a folder, for a PNG of each
 * @throws {UsageError} "bad-option" where one would be written over a picture that is explained, or `out` is one file for
 *   several pictures
 */
export async function overlayFiles(
  images: readonly string[],
  out: string,
  store: Store,
): Promise<readonly OverlayFile[]> {
  const isFile = hasPictureExtension(out) && (await store.kind(out)) !== "folder";
  if (isFile && !isJpeg(out) && !/\.png$/i.test(out)) {
    throw new UsageError("bad-option", `Overlays are written as PNG or JPEG: ${out} is neither.`, {
      hint: "Let the name end in .png or .jpg, or name a folder.",
    });
  }
  if (isFile && images.length > 1) {
    throw new UsageError("bad-option", `${out} is one file, and there are ${images.length} pictures.`, {
      hint: "Name a folder for their overlays.",
    });
  }
  const taken = new Set<string>();
  const files = images.map((image) => ({ image, overlay: isFile ? out : store.join(out, fresh(image, store, taken)) }));
  const sources = new Set(await Promise.all(images.map((image) => truePath(image, store))));
  for (const { overlay } of files) {
    if (!sources.has(await truePath(overlay, store))) continue;
    throw new UsageError("bad-option", `The overlay would be written over the picture ${overlay}.`, {
      hint: "Name another --out.",
    });
  }
  return files;
}

function fresh(image: string, store: Store, taken: Set<string>): string {
  const stem = store.baseName(image).replace(/\.[^.]+$/, "");
  for (let count = 1; ; count++) {
    const name = `${stem}${count === 1 ? "" : `-${count}`}.png`;
    if (taken.has(name.toLowerCase())) continue;
    taken.add(name.toLowerCase());
    return name;
  }
}

/** What a file's one name is; where there is none, or none to be found out, the name as it is given. */
async function truePath(path: string, store: Store): Promise<string> {
  try {
    return (await store.kind(path)) === undefined ? path : await store.realPath(path);
  } catch (error) {
    // A link in a circle, a folder that may not be looked into: told when the picture is read.
    if (error instanceof RegraftError) return path;
    throw error;
  }
}
