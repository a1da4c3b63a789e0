import { mkdtempSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { systemError } from "./file-errors.ts";

function caught(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

it.each([
  [() => readFileSync("/no/such/file"), "no-such-file", "There is no file /no/such/file."],
  [() => readFileSync("/"), undefined, undefined],
  [() => mkdtempSync("/no/such/folder/x-"), "write-failed", "/no/such/folder/x-XXXXXX cannot be written: ENOENT."],
  [() => JSON.parse("{"), undefined, undefined],
  ["text", undefined, undefined],
])("gives a code to what the operating system says of a path: %#", (work, code, message) => {
  const error = systemError(typeof work === "string" ? work : caught(work));
  expect([error?.code, error?.message]).toEqual([code, message]);
});
