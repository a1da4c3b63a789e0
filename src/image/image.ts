/** A decoded picture: RGB bytes, row-major, [height, width, 3]; upright, without alpha. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** A rectangle of pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Turns a file's bytes into pixels. A port: sharp in Node, the browser's own decoder in a tab. */
export interface ImageDecoder {
  /**
   * First frame of a JPEG, PNG, WebP, GIF, AVIF or TIFF; EXIF orientation applied; grey, palette, CMYK, 16-bit and
   * alpha pictures become 8-bit RGB (alpha over white).
   *
   * @throws {DataError} "unreadable-image", also for a truncated file
   */
  decode(bytes: Uint8Array): Promise<RgbImage>;
}

/** Turns pixels into a file's bytes. A port: sharp in Node. */
export interface ImageEncoder {
  /** A lossless PNG of 8-bit RGB. */
  encodePng(image: RgbImage): Promise<Uint8Array>;
  /** A JPEG, a tenth of a PNG's size for photos; `quality` is libjpeg's, 1 to 100. */
  encodeJpeg(image: RgbImage, options: { readonly quality: number }): Promise<Uint8Array>;
}

export type Interpolation = "nearest" | "bilinear" | "bicubic" | "lanczos";
