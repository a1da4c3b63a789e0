import { Command } from "commander";
import { readFlags } from "../../src/cli/command.ts";
import { type Flags, type FlagValues, onOff } from "../../src/cli/flag.ts";
import { toOption } from "../../src/cli/program.ts";
import { listOf, oneOf, text, wholeNumber } from "../../src/cli/values.ts";
import { measureNames } from "./measures.ts";

const asTheyAre = <T extends string>(names: readonly T[]) =>
  Object.fromEntries(names.map((name) => [name, name])) as Readonly<Record<T, T>>;

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
  markdown: {
    term: "--markdown [file]",
    about: "writes the tables into a page, between its markers (default page: bench/README.md)",
    parse: (given: string) => given,
  },
  json: onOff("--json", "one JSON object per line on stdout, instead of tables"),
} as const satisfies Flags;

export type ScaleFlags = FlagValues<typeof scaleFlags>;

/** How a person calls it. */
export const calledAs = "npm run bench:scale --";

/**
 * Reads the flags.
 *
 * @param print takes the text of --help
 * @throws {UsageError} "bad-option" · {CommanderError}, also after --help, with exit code 0
 */
export function parseFlags(argv: readonly string[], { print }: { readonly print: (text: string) => void }): ScaleFlags {
  const program = new Command(calledAs)
    .description("Start-up, large folders and the growth of an epoch's time, on pictures drawn for it")
    .usage("[flags]")
    .helpOption("-h, --help", "print help")
    .exitOverride()
    .configureOutput({ writeOut: print, writeErr: () => {}, outputError: () => {} });
  for (const flag of Object.values(scaleFlags)) program.addOption(toOption(flag));
  program.parse(argv, { from: "user" });
  return readFlags(scaleFlags, program);
}
