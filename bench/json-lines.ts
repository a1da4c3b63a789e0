import { z } from "zod";

const object = z.record(z.string(), z.unknown());

/** The JSON objects among the lines that a program has printed; other lines are passed over. */
export function jsonLines(text: string): readonly Readonly<Record<string, unknown>>[] {
  return text.split("\n").flatMap((line) => {
    if (!line.trimStart().startsWith("{")) return [];
    try {
      return [object.parse(JSON.parse(line))];
    } catch {
      return []; // A line that only looks like it: libraries print what they like.
    }
  });
}

/** What a library says last on stderr is why it gave up. */
export const lastLine = (text: string): string | undefined =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean)
    .at(-1);
