import { readdirSync, readFileSync } from "node:fs";
import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { shared, whySkipped } from "../../../test/shared.ts";
import type { RgbImage } from "../image.ts";
import { sharpDecoder } from "./sharp-decoder.ts";
import { sharpEncoder } from "./sharp-encoder.ts";

const { decode } = sharpDecoder();

/** 24 x 16, smooth, every channel different. */
const picture: RgbImage = {
  width: 24,
  height: 16,
  data: Uint8Array.from({ length: 24 * 16 * 3 }, (_, at) => {
    const [x, y, c] = [Math.floor(at / 3) % 24, Math.floor(at / 72), at % 3];
    return c === 0 ? x * 10 : c === 1 ? y * 15 : 120;
  }),
};

const { width, height } = picture;
const source = (): Sharp => sharp(picture.data, { raw: { width, height, channels: 3 } });
const worst = (a: RgbImage, b: RgbImage): number =>
  a.data.reduce((most, value, at) => Math.max(most, Math.abs(value - (b.data[at] ?? 0))), 0);
const pixel = ({ data, width }: RgbImage, x: number, y: number) => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];

/** One row of ink bytes [width, 4] as an uncompressed TIFF. */
function cmykTiff(inks: Uint8Array): Buffer {
  const [short, long] = [3, 4];
  const fields: readonly (readonly [tag: number, type: number, count: number, value: number])[] = [
    [256, long, 1, inks.length / 4], // ImageWidth
    [257, long, 1, 1], // ImageLength
    [258, short, 4, 8], // BitsPerSample: four shorts, at byte 8
    [259, short, 1, 1], // Compression: none
    [262, short, 1, 5], // PhotometricInterpretation: separated inks
    [273, long, 1, 16], // StripOffsets
    [277, short, 1, 4], // SamplesPerPixel
    [278, long, 1, 1], // RowsPerStrip
    [279, long, 1, inks.length], // StripByteCounts
  ];
  const directory = Buffer.alloc(2 + fields.length * 12 + 4);
  directory.writeUInt16LE(fields.length);
  fields.forEach(([tag, type, count, value], at) => {
    directory.writeUInt16LE(tag, 2 + at * 12);
    directory.writeUInt16LE(type, 4 + at * 12);
    directory.writeUInt32LE(count, 6 + at * 12);
    directory.writeUInt32LE(value, 10 + at * 12);
  });
  const header = Buffer.from([0x49, 0x49, 42, 0, 16 + inks.length, 0, 0, 0, 8, 0, 8, 0, 8, 0, 8, 0]);
  return Buffer.concat([header, inks, directory]);
}

describe("sharpDecoder", () => {
  it.each([
    ["PNG", () => source().png(), 0],
    ["lossless WebP", () => source().webp({ lossless: true }), 0],
    ["TIFF", () => source().tiff({ compression: "lzw" }), 0],
    ["JPEG", () => source().jpeg({ quality: 100, chromaSubsampling: "4:4:4" }), 3],
    ["progressive JPEG", () => source().jpeg({ quality: 100, chromaSubsampling: "4:4:4", progressive: true }), 3],
    ["AVIF", () => source().avif({ quality: 100, chromaSubsampling: "4:4:4" }), 6],
    ["GIF", () => source().gif({ colours: 256, dither: 0 }), 16],
  ] as const)("reads %s", async (_, encode, tolerance) => {
    const read = await decode(await encode().toBuffer());
    expect(read).toMatchObject({ width, height });
    expect(read.data.length).toBe(width * height * 3);
    expect(worst(read, picture)).toBeLessThanOrEqual(tolerance);
  });

  it("reads the first frame of an animation", async () => {
    const frame = (background: string) =>
      sharp({ create: { width: 8, height: 8, channels: 3, background } })
        .png()
        .toBuffer();
    const frames = [await frame("red"), await frame("blue")];
    const animation = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer();
    expect((await sharp(animation).metadata()).pages).toBe(2);
    const read = await decode(animation);
    expect(read).toMatchObject({ width: 8, height: 8 });
    expect(pixel(read, 4, 4)).toEqual([255, 0, 0]);
  });

  it("turns a picture upright by its EXIF orientation", async () => {
    // Orientation 6: the camera was turned, the first row of the file is the right column of the scene.
    const turned = await source().png().withMetadata({ orientation: 6 }).toBuffer();
    const read = await decode(turned);
    expect(read).toMatchObject({ width: height, height: width });
    expect(pixel(read, height - 1, 0)).toEqual(pixel(picture, 0, 0));
    expect(pixel(read, height - 1, width - 1)).toEqual(pixel(picture, width - 1, 0));
    expect(pixel(read, 0, 0)).toEqual(pixel(picture, 0, height - 1));
  });

  it("repeats a grey picture's one channel", async () => {
    const grey = Uint8Array.from([0, 77, 200, 255]);
    const bytes = await sharp(grey, { raw: { width: 4, height: 1, channels: 1 } })
      .toColourspace("b-w")
      .png()
      .toBuffer();
    expect((await sharp(bytes).metadata()).channels).toBe(1);
    expect([...(await decode(bytes)).data]).toEqual([0, 0, 0, 77, 77, 77, 200, 200, 200, 255, 255, 255]);
  });

  it("reads a palette's colours", async () => {
    const few = sharp({ create: { width: 4, height: 4, channels: 3, background: { r: 10, g: 200, b: 30 } } });
    const bytes = await few.png({ palette: true }).toBuffer();
    expect((await sharp(bytes).metadata()).isPalette).toBe(true);
    expect(pixel(await decode(bytes), 2, 2)).toEqual([10, 200, 30]);
  });

  it("keeps the upper 8 of 16 bits", async () => {
    const deep = Uint16Array.from([0, 0x1234, 0xffff, 0x80ff, 0x7f00, 0x0100]);
    const bytes = await sharp(deep, { raw: { width: 2, height: 1, channels: 3 } })
      .toColourspace("rgb16")
      .png()
      .toBuffer();
    expect((await sharp(bytes).metadata()).depth).toBe("ushort");
    expect([...(await decode(bytes)).data]).toEqual([0, 0x12, 0xff, 0x80, 0x7f, 0x01]);
  });

  it("keeps the upper 8 bits of 16-bit grey", async () => {
    const deep = Uint16Array.from([0, 0x1234, 0xffff, 0x80ff]);
    const bytes = await sharp(deep, { raw: { width: 4, height: 1, channels: 1 } })
      .toColourspace("grey16")
      .png()
      .toBuffer();
    expect(await sharp(bytes).metadata()).toMatchObject({ depth: "ushort", channels: 1 });
    expect([...(await decode(bytes)).data].filter((_, at) => at % 3 === 0)).toEqual([0, 0x12, 0xff, 0x80]);
  });

  it("lays transparent pictures over white", async () => {
    const rgba = Uint8Array.from([200, 0, 0, 0, 200, 0, 0, 255, 200, 0, 100, 128]);
    const bytes = await sharp(rgba, { raw: { width: 3, height: 1, channels: 4 } })
      .png()
      .toBuffer();
    // 128/255 of the colour, 127/255 of white
    expect([...(await decode(bytes)).data]).toBeAllclose([255, 255, 255, 200, 0, 0, 227, 127, 177], { atol: 1 });
  });

  it("multiplies CMYK out without a colour profile, as Pillow does", async () => {
    const inks = Uint8Array.from([0, 0, 0, 0, 255, 128, 0, 0, 10, 200, 77, 100, 1, 2, 3, 255]);
    const bytes = cmykTiff(inks);
    expect((await sharp(bytes).metadata()).space).toBe("cmyk");
    expect([...(await decode(bytes)).data]).toEqual([255, 255, 255, 0, 127, 255, 149, 33, 108, 0, 0, 0]);
  });

  it("does not apply an embedded colour profile", async () => {
    const bytes = await source().png().withIccProfile("p3").toBuffer();
    const stored = await sharp(bytes, { ignoreIcc: true }).raw().toBuffer();
    expect((await sharp(bytes).metadata()).hasProfile).toBe(true);
    expect(Buffer.compare((await decode(bytes)).data, stored)).toBe(0);
    expect(worst(await decode(bytes), picture)).toBeGreaterThan(5);
  });

  it.each([
    ["JPEG", () => source().jpeg()],
    ["progressive JPEG", () => source().jpeg({ progressive: true })],
    ["PNG", () => source().png()],
    ["WebP", () => source().webp()],
    ["GIF", () => source().gif()],
    ["AVIF", () => source().avif()],
    ["TIFF", () => source().tiff({ compression: "none" })],
    ["TIFF with LZW", () => source().tiff({ compression: "lzw" })],
  ] as const)("refuses a %s that is cut off, and says so", async (_, encode) => {
    const bytes = await encode().toBuffer();
    for (const part of [0.3, 0.5, 0.9]) {
      const cut = decode(bytes.subarray(0, Math.floor(bytes.length * part)));
      await expect(cut).rejects.toMatchObject({
        name: "DataError",
        code: "unreadable-image",
        message: expect.stringMatching(
          /^The picture cannot be decoded: it is damaged or cut off(, or of a kind that is not read)?\.$/,
        ),
        cause: expect.any(Error),
      });
    }
  });

  it.each([
    ["text", "just some words, no pixels", "it is text"],
    ["nothing", "", "the file is empty"],
    ["an SVG", '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>', "it is an SVG drawing"],
    ["a PDF", "%PDF-1.7 ...", "it is a PDF"],
    ["unknown bytes", "\x00\x01\x02\x03", "its format is unknown"],
  ])("refuses %s and says so", async (_, content, reason) => {
    await expect(decode(Buffer.from(content, "latin1"))).rejects.toMatchObject({
      code: "unreadable-image",
      message: `This is not a picture that can be read: ${reason}.`,
      hint: expect.stringContaining("JPEG, PNG, WebP, GIF, AVIF or TIFF"),
    });
  });

  it("refuses pictures with more pixels than allowed", async () => {
    const bytes = await source().png().toBuffer();
    await expect(sharpDecoder({ maxPixels: 383 }).decode(bytes)).rejects.toMatchObject({
      code: "unreadable-image",
      message: "The picture has more than 383 pixels.",
    });
    expect(await sharpDecoder({ maxPixels: 384 }).decode(bytes)).toMatchObject({ width: 24 });
  });

  it("refuses few pixels of many bytes, by what the header says", async () => {
    const floats = new Float32Array(8 * 8 * 4).fill(0.5);
    const bytes = await sharp(floats, { raw: { width: 8, height: 8, channels: 4 } })
      .toColourspace("scrgb")
      .tiff({ compression: "none" })
      .toBuffer();
    expect(await sharp(bytes).metadata()).toMatchObject({ depth: "float", channels: 4 });
    expect(await sharpDecoder({ maxPixels: 128 }).decode(bytes)).toMatchObject({ width: 8, height: 8 });
    await expect(sharpDecoder({ maxPixels: 127 }).decode(bytes)).rejects.toMatchObject({
      code: "unreadable-image",
      message: "The picture takes more than 1.0 kB of memory: 4 channels of float.",
    });
  });

  it("gives the same pictures however many are asked for at once", async () => {
    const bytes = await source().png().toBuffer();
    const narrow = sharpDecoder({ maxPixels: 400 });
    const all = await Promise.all(Array.from({ length: 12 }, () => narrow.decode(bytes)));
    for (const read of all) expect(worst(read, picture)).toBe(0);
  });

  it("gives bytes of its own, which a reader may keep and slice", async () => {
    const { data } = await decode(await source().png().toBuffer());
    expect(data.constructor).toBe(Uint8Array);
  });

  it.skipIf(!shared("data"))(`reads every photo at hand, or it is skipped: ${whySkipped}`, async () => {
    const folders = [shared("data/hymenoptera"), shared("data/flowers"), shared("data/photos")];
    const files = folders.flatMap((folder) =>
      folder ? readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()) : [],
    );
    const pictures = files.map((file) => `${file.parentPath}/${file.name}`);
    const results = await Promise.allSettled(pictures.map((path) => decode(readFileSync(path))));
    expect(pictures.filter((_, at) => results[at]?.status === "rejected")).toEqual([]);
    expect(pictures.length).toBeGreaterThan(1400);
  });
});

describe("sharpEncoder", () => {
  it("writes a PNG that gives the same pixels back", async () => {
    const bytes = await sharpEncoder().encodePng(picture);
    expect(Buffer.compare((await decode(bytes)).data, picture.data)).toBe(0);
  });

  it("writes a JPEG, the smaller the lower its quality", async () => {
    const [good, poor] = [
      await sharpEncoder().encodeJpeg(picture, { quality: 95 }),
      await sharpEncoder().encodeJpeg(picture, { quality: 10 }),
    ];
    expect(worst(await decode(good), picture)).toBeLessThan(12);
    expect(poor.length).toBeLessThan(good.length);
  });
});
