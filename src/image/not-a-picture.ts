import { DataError } from "../base/errors.ts";
import { pictureExtensions, startsWith } from "./picture-format.ts";

const formats = `Pictures are JPEG, PNG, WebP, GIF, AVIF or TIFF (${pictureExtensions.join(", ")}).`;
const fetchAgain = "What was fetched is a page or a message, not the picture: fetch it again.";

/** Drawings are never opened: they name other files and addresses, and a few bytes of them can keep a machine busy for good. */
const drawing = "Drawings are not read. Make a picture of it: rsvg-convert drawing.svg -o drawing.png";
const pageOf = "Make a picture of the page: pdftoppm -png -r 150 file.pdf page";
const convert = (from: string): string => `Convert it: magick picture.${from} picture.png`;

type Row = readonly [beginning: string, what: string, hint?: string | undefined];

/** What bytes are taken for; "?" stands for any byte. */
const binary: readonly Row[] = [
  ["\x1f\x8b", "it is compressed with gzip, as .svgz drawings are", drawing],
  ["BM", "it is a BMP", convert("bmp")],
  ["????ftyphei", "it is a HEIC photo", convert("heic")],
  ["????ftyphev", "it is a HEIC photo", convert("heic")],
  ["????ftyp", "it is a film, or a picture of a kind that is not read"],
  ["\0\0\x01\0", "it is an icon", convert("ico")],
  ["8BPS", "it is a Photoshop file", convert("psd")],
  ["\xff\x0a", "it is a JPEG XL picture", convert("jxl")],
  ["\0\0\0\x0cJXL ", "it is a JPEG XL picture", convert("jxl")],
  ["\0\0\0\x0cjP  ", "it is a JPEG 2000 picture", convert("jp2")],
  ["%PDF", "it is a PDF", pageOf],
  ["PK", "it is a ZIP archive", "Unpack it, and put the pictures into the folder."],
];

/** What text is taken for, in small letters. */
const texts: readonly Row[] = [
  ["<svg", "it is an SVG drawing", drawing],
  ["%pdf", "it is a PDF", pageOf],
  ["version https://git-lfs", "it is a pointer of Git LFS, not the file", "Fetch what it points to: git lfs pull"],
  ["<!doctype html", "it is a web page", fetchAgain],
  ["<html", "it is a web page", fetchAgain],
  ['{"', "it is JSON", fetchAgain],
];

/** Far enough to see a drawing behind its declarations and comments. */
const lookedAt = 1024;

/**
 * Why bytes are no picture, as an error. Nothing of what they hold is told: a link in a data set may lead to anything.
 *
 * @returns {DataError} "unreadable-image"
 */
export function notAPicture(bytes: Uint8Array): DataError {
  const [what, hint] = described(bytes);
  return new DataError("unreadable-image", `This is not a picture that can be read: ${what}.`, {
    hint: hint === undefined ? formats : `${formats} ${hint}`,
  });
}

function described(bytes: Uint8Array): readonly [what: string, hint?: string | undefined] {
  if (bytes.length === 0) return ["the file is empty"];
  const text = beginningOf(bytes);
  const known =
    text === undefined
      ? binary.find(([beginning]) => startsWith(bytes, beginning))
      : texts.find(([beginning]) => text.startsWith(beginning));
  if (known) return [known[1], known[2]];
  if (text === undefined) return ["its format is unknown"];
  if (/<svg|<!doctype svg/.test(text)) return ["it is an SVG drawing", drawing];
  return [text.startsWith("<?xml") ? "it is XML" : "it is text"];
}

/** The first letters of a text, small, without a byte order mark or space in front; undefined for what is no text. */
function beginningOf(bytes: Uint8Array): string | undefined {
  const start = bytes.subarray(0, lookedAt).filter((byte) => byte !== 0);
  const isWide = startsWith(bytes, "\xff\xfe") || startsWith(bytes, "\xfe\xff");
  const isText = isWide || (start.length === Math.min(bytes.length, lookedAt) && start.every(isLetter));
  if (!isText) return undefined;
  return String.fromCharCode(...start)
    .replace(/^(?:\xff\xfe|\xfe\xff|\xef\xbb\xbf)?\s*/, "")
    .toLowerCase();
}

/** Space, what is printed, and bytes of UTF-8. */
const isLetter = (byte: number): boolean => (byte >= 0x20 ? byte !== 0x7f : byte >= 0x09 && byte <= 0x0d);
