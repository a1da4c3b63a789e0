import { UsageError } from "../src/base/errors.ts";

/** The parts of a page that are written by a benchmark, and by which. */
const writers = { steps: "npm run bench", job: "npm run bench", scale: "npm run bench:scale" } as const;

export type Part = keyof typeof writers;

export const parts: readonly Part[] = ["steps", "job", "scale"];

const begin = (part: Part) => `<!-- ${part}: written by ${writers[part]} -->`;
const end = (part: Part) => `<!-- end of ${part} -->`;

/** What stands in each part; an absent one stays as it is. */
export type Parts = { readonly [P in Part]?: string };

/**
 * The page with several parts replaced.
 *
 * @throws {UsageError} "bad-option", as `replacePart`
 */
export const replaceParts = (page: string, texts: Parts): string =>
  parts.reduce((text, part) => {
    const made = texts[part];
    return made === undefined ? text : replacePart(text, part, made);
  }, page);

/**
 * The page with a part's text replaced; its markers stay.
 *
 * @throws {UsageError} "bad-option" where the page does not have both markers, in their order
 */
export function replacePart(page: string, part: Part, text: string): string {
  const [from, to] = [page.indexOf(begin(part)), page.indexOf(end(part))];
  if (from < 0 || to < from) {
    throw new UsageError("bad-option", `--markdown: the page has no place for ${part}.`, {
      hint: `Put the lines ${begin(part)} and ${end(part)} where they shall stand.`,
    });
  }
  return `${page.slice(0, from)}${begin(part)}\n\n${text}\n\n${page.slice(to)}`;
}
