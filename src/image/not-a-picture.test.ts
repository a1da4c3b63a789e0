import { expect, it } from "vitest";
import { notAPicture } from "./not-a-picture.ts";

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

it.each([
  ["", "the file is empty", /^Pictures are JPEG/],
  ["  \n<svg/>", "it is an SVG drawing", /rsvg-convert drawing\.svg -o drawing\.png/],
  ['<?xml version="1.0"?><!DOCTYPE svg><svg/>', "it is an SVG drawing", /rsvg-convert/],
  ['\xef\xbb\xbf<?xml version="1.0"?><html/>', "it is XML", /^Pictures are/],
  ["\x1f\x8b\x08", "it is compressed with gzip, as .svgz drawings are", /rsvg-convert/],
  ["<!DOCTYPE HTML><title>", "it is a web page", /fetch it again/],
  ["version https://git-lfs.github.com/spec/v1", "it is a pointer of Git LFS, not the file", /git lfs pull/],
  ["BMW is a maker of cars", "it is text", /^Pictures are/],
  ["BM\x36\x00\x00", "it is a BMP", /magick picture\.bmp picture\.png/],
  ["\0\0\0\x18ftypheix", "it is a HEIC photo", /magick picture\.heic/],
  ["\0\x01\x02\x03", "its format is unknown", /^Pictures are/],
])("says of %j what it is and what to do", (content, what, hint) => {
  expect(notAPicture(bytes(content))).toMatchObject({
    name: "DataError",
    code: "unreadable-image",
    message: `This is not a picture that can be read: ${what}.`,
    hint: expect.stringMatching(hint),
  });
});

it("tells nothing of what the bytes say", () => {
  const { message, hint } = notAPicture(bytes("hf_secret token"));
  expect(message + hint).not.toContain("secret");
});
