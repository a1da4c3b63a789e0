import type { Flags, FlagValues } from "../../src/cli/flag.ts";
import { listOf, oneOf, text, wholeNumber } from "../../src/cli/values.ts";
import { asTheyAre, readArguments, tableFlags } from "../read-flags.ts";
import { measureNames } from "./measures.ts";

/** Images of each folder whose epochs are timed. */
export const defaultSizes: readonly number[] = [1000, 2000, 5000, 10_000, 20_000];

export const scaleFlags = {
  only: {
    term: "--only <measures,...>",
    about: `what is measured (default: ${measureNames.join(",")})`,
    parse: listOf(oneOf(asTheyAre(measureNames))),
  },
  sizes: {
    term: "--sizes <images,...>",
    about: `folders whose epochs are timed (default: ${defaultSizes.join(",")})`,
    parse: listOf(wholeNumber({ min: 100 })),
  },
  watch: {
    term: "--watch <seconds>",
    about: "how long the run on 100,000 pictures goes on after its start (default: 30)",
    parse: wholeNumber({ min: 1 }),
  },
  out: { term: "--out <file>", about: "writes what was measured, as JSON", parse: text },
  from: {
    term: "--from <files,...>",
    about: "measures nothing: joins what --out wrote; of what is there twice, the later file's",
    parse: listOf(text),
  },
  ...tableFlags,
} as const satisfies Flags;

export type ScaleFlags = FlagValues<typeof scaleFlags>;

/** How a person calls it. */
export const calledAs = "npm run bench:scale --";

const about = "Start-up, large folders and the growth of an epoch's time, on pictures drawn for it";

/**
 * Reads the flags.
 *
 * @param print takes the text of --help
 * @throws {UsageError} "bad-option" · {CommanderError}, also after --help, with exit code 0
 */
export function parseFlags(argv: readonly string[], { print }: { readonly print: (text: string) => void }): ScaleFlags {
  return readArguments(argv, { flags: scaleFlags, calledAs, about, print });
}
