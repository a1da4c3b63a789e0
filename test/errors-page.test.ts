import { expect, it } from "vitest";
import { errorCodes } from "../src/base/error-codes.ts";
import { errorsPage } from "../tools/errors-page.ts";
import { neverThrown } from "../tools/never-thrown.ts";

it("has a heading for each code, which an address can lead to", () => {
  const headings = errorsPage().match(/^### .+$/gm);
  expect(headings).toEqual(expect.arrayContaining(Object.keys(errorCodes).map((code) => `### ${code}`)));
  expect(headings?.length).toBe(Object.keys(errorCodes).length);
});

it("misses a code that no error of its class is made with", () => {
  const missing = neverThrown(['throw new DataError("no-images", x)', 'new ModelError(\n  "one-class",']);
  expect(missing).not.toContain("no-images");
  expect(missing).toContain("one-class");
  expect(missing).not.toContain("unexpected");
});
