/** The picture formats that are read, by the first bytes of a file; "?" stands for any byte. */
const signatures = [
  ["JPEG", "\xff\xd8\xff"],
  ["PNG", "\x89PNG\r\n\x1a\n"],
  ["GIF", "GIF8"],
  ["WebP", "RIFF????WEBP"],
  ["TIFF", "II*\0"],
  ["TIFF", "MM\0*"],
  ["TIFF", "II+\0"],
  ["TIFF", "MM\0+"],
  ["AVIF", "????ftypavif"],
  ["AVIF", "????ftypavis"],
  ["AVIF", "????ftypmif1"],
] as const;

type PictureFormat = (typeof signatures)[number][0];

/** Names of picture files end in one of these, in small letters or capitals. */
export const pictureExtensions: readonly string[] = ["jpg", "jpeg", "png", "webp", "gif", "avif", "tif", "tiff"];

/** True for "a/Photo.JPG": judged by the name alone. */
export function hasPictureExtension(name: string): boolean {
  return name.includes(".") && pictureExtensions.includes(name.slice(name.lastIndexOf(".") + 1).toLowerCase());
}

/** What the bytes are, whatever the file's name says. */
export function pictureFormat(bytes: Uint8Array): PictureFormat | undefined {
  return signatures.find(([, signature]) => startsWith(bytes, signature))?.[0];
}

/** Whether bytes begin so; "?" stands for any byte. */
export function startsWith(bytes: Uint8Array, signature: string): boolean {
  return Array.from(signature).every((sign, at) => sign === "?" || bytes[at] === sign.charCodeAt(0));
}
