import type { Sharp } from "sharp";
import type { ImageEncoder, RgbImage } from "../image.ts";
import { loadSharp } from "./load-sharp.ts";

export function sharpEncoder(): ImageEncoder {
  return {
    encodePng: async (image) => bytesOf((await opened(image)).png()),
    encodeJpeg: async (image, { quality }) => bytesOf((await opened(image)).jpeg({ quality })),
  };
}

async function opened({ width, height, data }: RgbImage): Promise<Sharp> {
  const sharp = await loadSharp();
  return sharp(data, { raw: { width, height, channels: 3 } });
}

async function bytesOf(picture: Sharp): Promise<Uint8Array> {
  const bytes = await picture.toBuffer();
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
