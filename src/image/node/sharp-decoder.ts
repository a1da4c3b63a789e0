import type { Metadata, Sharp } from "sharp";
import { DataError, HostError } from "../../base/errors.ts";
import { isOutOfMemory } from "../../base/memory-error.ts";
import { checkNumber, refuseUnknown } from "../../base/options.ts";
import { weightedTurns } from "../../base/weighted-turns.ts";
import { count, bytes as sizeText } from "../../base/words.ts";
import { cmykToRgb } from "../cmyk.ts";
import type { ImageDecoder, RgbImage } from "../image.ts";
import { notAPicture } from "../not-a-picture.ts";
import { pictureFormat } from "../picture-format.ts";
import { loadSharp } from "./load-sharp.ts";
import { sampleBytes } from "./sample-bytes.ts";

export interface SharpDecoderOptions {
  /** Larger pictures are refused by what their header says, before memory is taken for them. */
  readonly maxPixels?: number;
}

/** Of one pixel, at most: four channels of 16 bits. What has more (floats, layers of scanners) must have fewer pixels. */
const bytesPerPixel = 8;

/**
 * Decodes with sharp (libvips). Pixels are Pillow's `convert("RGB")`, to the last bit but for AVIF: colour profiles are
 * not applied, CMYK is multiplied out.
 *
 * The header is read first, and refused where it tells of more than `maxPixels`. Pictures that are decoded at the same time
 * have no more than `maxPixels` together, so that memory is bounded by one of the largest, however many are asked for.
 */
export function sharpDecoder({ maxPixels = 100e6, ...rest }: SharpDecoderOptions = {}): ImageDecoder {
  refuseUnknown("sharpDecoder", rest);
  checkNumber("maxPixels", maxPixels, { min: 1 });
  const inTurn = weightedTurns(maxPixels);
  return {
    async decode(bytes) {
      if (!pictureFormat(bytes)) throw notAPicture(bytes);
      const sharp = await loadSharp();
      try {
        // "error" lets harmless warnings pass; "truncated" alone would let cut TIFFs pass too.
        const picture = sharp(bytes, {
          failOn: "error",
          limitInputPixels: maxPixels,
          autoOrient: true,
          ignoreIcc: true,
        });
        const { isCmyk, pixels } = weighed(await picture.metadata(), maxPixels);
        return await inTurn(pixels, () => (isCmyk ? decodeCmyk(picture) : decodeRgb(picture)));
      } catch (cause) {
        if (isOutOfMemory(cause)) throw noMemory(cause);
        throw cause instanceof DataError ? cause : unreadable(cause, maxPixels);
      }
    },
  };
}

/** What a header says. @throws {DataError} "unreadable-image" where its pixels would take too much memory */
function weighed({ width, height, channels, depth, space }: Metadata, maxPixels: number) {
  const pixels = width * height;
  if (pixels > maxPixels) throw tooLarge(`has more than ${count(maxPixels)} pixels`);
  const [size, most] = [pixels * channels * (sampleBytes[depth] ?? bytesPerPixel), maxPixels * bytesPerPixel];
  if (size > most) throw tooLarge(`takes more than ${sizeText(most)} of memory: ${channels} channels of ${depth}`);
  return { isCmyk: space === "cmyk", pixels };
}

async function decodeRgb(picture: Sharp): Promise<RgbImage> {
  const opaque = picture.flatten({ background: "white" }).toColourspace("srgb");
  const { data, info } = await opaque.raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: plain(data) };
}

/** sharp would go through a printer's profile here, and end up to 33/255 away from what models were trained on. */
async function decodeCmyk(picture: Sharp): Promise<RgbImage> {
  const inks = picture.pipelineColourspace("cmyk").toColourspace("cmyk");
  const { data, info } = await inks.raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: cmykToRgb(plain(data), info.channels) };
}

/** The same bytes without Buffer's own methods (its `slice` is a view). */
const plain = (data: Buffer): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** libvips' words, and its silence, for files that end too early or hold wrong bytes; they are kept as the cause. */
const damage = /^$|unknown error|corrupt header|read error|bad seek|premature end|unexpected end/i;
/** Said of files with the right first bytes: one that ends before its directory, or a variant such as HEIC. */
const unknown = /unsupported image format/i;

function wordsFor(reason: string): string {
  if (damage.test(reason)) return "it is damaged or cut off";
  return unknown.test(reason) ? "it is damaged or cut off, or of a kind that is not read" : reason.replace(/\.$/, "");
}

/** Not the picture's fault: it must not be left out as a bad one. */
const noMemory = (cause: unknown) =>
  new HostError("out-of-memory", "There is not enough memory to decode a picture.", {
    hint: "Use smaller pictures, or leave more memory to it: other programs, limits (ulimit -v, control groups).",
    cause,
  });

function unreadable(cause: unknown, maxPixels: number): DataError {
  const reason = (cause instanceof Error ? cause.message : String(cause)).split("\n")[0]?.trim() ?? "";
  if (reason.includes("pixel limit")) return tooLarge(`has more than ${count(maxPixels)} pixels`, cause);
  return new DataError("unreadable-image", `The picture cannot be decoded: ${wordsFor(reason)}.`, {
    hint: "The file is damaged or cut off: replace or remove it.",
    cause,
  });
}

const tooLarge = (what: string, cause?: unknown): DataError =>
  new DataError("unreadable-image", `The picture ${what}.`, {
    hint: "Make it smaller: models see a few hundred pixels a side.",
    cause,
  });
