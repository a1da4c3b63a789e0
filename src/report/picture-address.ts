import { DataError, UsageError } from "../base/errors.ts";
import { pictureFormat } from "../image/picture-format.ts";

/** The kinds of pictures that every browser shows. */
const types: Readonly<Record<string, string>> = { PNG: "image/png", JPEG: "image/jpeg", WebP: "image/webp" };

/**
 * The data: address of a picture, to be shown without a file of its own.
 *
 * @param bytes a whole PNG, JPEG or WebP file
 * @throws {DataError} "unreadable-image" for another kind
 */
export function pictureAddress(bytes: Uint8Array): string {
  const type = types[pictureFormat(bytes) ?? ""];
  if (type !== undefined) return `data:${type};base64,${base64(bytes)}`;
  throw new DataError("unreadable-image", "A picture for the report is neither PNG, JPEG nor WebP.", {
    hint: "Encode it as one of them first.",
  });
}

/**
 * The address itself, if it is a picture's own bytes: a report fetches nothing.
 *
 * @throws {UsageError} "bad-option"
 */
export function checkedAddress(address: string): string {
  if (/^data:image\/(png|jpeg|webp);base64,[A-Za-z0-9+/]+=*$/.test(address)) return address;
  throw new UsageError(
    "bad-option",
    `A picture's address must hold a PNG, JPEG or WebP, not "${address.slice(0, 40)}".`,
    {
      hint: "Make it with pictureAddress(bytes).",
    },
  );
}

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** @see RFC 4648, section 4; neither btoa nor Buffer is everywhere */
function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const bits = (byte(bytes, at) << 16) | (byte(bytes, at + 1) << 8) | byte(bytes, at + 2);
    for (const shift of [18, 12, 6, 0]) text += digits.charAt((bits >> shift) & 63);
  }
  const missing = (3 - (bytes.length % 3)) % 3;
  return text.slice(0, text.length - missing) + "=".repeat(missing);
}

const byte = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0;
