import { expect, test } from "vitest";
import { replaceParts } from "./markers.ts";

const page = [
  "# Page",
  "<!-- steps: written by npm run bench -->",
  "old",
  "<!-- end of steps -->",
  "between",
  "<!-- job: written by npm run bench -->",
  "<!-- end of job -->",
  "after",
].join("\n");

test("replaces what stands between the markers, and that alone", () => {
  const once = replaceParts(page, { steps: "new" });
  expect(once).toBe(page.replace("\nold\n", "\n\nnew\n\n"));
  expect(replaceParts(once, { steps: "new" })).toBe(once);
});

test("writes several parts", () => {
  const written = replaceParts(page, { steps: "a", job: "b" });
  expect(written).toContain("bench -->\n\na\n\n<!-- end of steps -->");
  expect(written).toContain("bench -->\n\nb\n\n<!-- end of job -->\nafter");
});

test("says which markers a page lacks", () => {
  expect(() => replaceParts("# Page", { job: "b" })).toThrow("--markdown: the page has no place for job.");
});
