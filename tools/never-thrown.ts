import { type ErrorCode, errorCodes } from "../src/base/error-codes.ts";

/**
 * The codes that no error of their class is made with: `new DataError("no-images", …)`. What is not foreseen has no class to
 * be made of.
 *
 * @param sources texts of the program's files
 */
export function neverThrown(sources: readonly string[]): readonly ErrorCode[] {
  const made = new Set(
    sources.flatMap((text) =>
      [...text.matchAll(/new (\w+Error)\(\s*"([a-z-]+)"/g)].map(([, kind, code]) => `${kind} ${code}`),
    ),
  );
  const codes = Object.keys(errorCodes) as readonly ErrorCode[];
  return codes.filter((code) => errorCodes[code].class !== "Error" && !made.has(`${errorCodes[code].class} ${code}`));
}
