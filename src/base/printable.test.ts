import { expect, it } from "vitest";
import { printable, printableLines } from "./printable.ts";

it.each([
  ["a line break", "a\nb\r\nc", "a\\nb\\r\\nc"],
  ["an escape sequence", "\u001b[31mred\u001b[0m", "\\x1b[31mred\\x1b[0m"],
  ["a window title", "\u001b]0;owned\u0007", "\\x1b]0;owned\\x07"],
  ["the one-byte form of an escape sequence", "\u009b2J", "\\u009b2J"],
  ["delete, tab and zero", "\u007f\t\0", "\\x7f\\t\\x00"],
  ["marks that turn the writing around", "cat\u202egpj.exe\u2066", "cat\\u202egpj.exe\\u2066"],
  ["line and paragraph separators", "a\u2028b\u2029", "a\\u2028b\\u2029"],
  ["half a character", "a\ud800b", "a\\ud800b"],
])("shows %s", (_, text, shown) => {
  expect(printable(text)).toBe(shown);
});

it.each([
  "chats/été 1.jpg",
  "e\u0301te\u0301.jpg",
  "猫/写真.png",
  "قطة/صورة.jpg",
  "חתול.jpg",
  "👩‍👩‍👧/🐱.webp",
  "C:\\pictures\\a.jpg",
  "\ufffd.jpg",
])("leaves %s alone", (text) => {
  expect(printable(text)).toBe(text);
});

it("keeps the line breaks of a text in lines", () => {
  expect(printableLines("two bad:\n  a\u001b[1mb\n  c\rd")).toBe("two bad:\n  a\\x1b[1mb\n  c\\rd");
});
