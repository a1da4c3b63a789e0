import type { ImageEncoder } from "../image.ts";

export function sharpEncoder(): ImageEncoder {
  return {
    async encodePng({ width, height, data }) {
      // As in the decoder: loaded by those who need it.
      const { default: sharp } = await import("sharp");
      const bytes = await sharp(data, { raw: { width, height, channels: 3 } })
        .png()
        .toBuffer();
      return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    },
  };
}
