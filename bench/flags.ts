import type { Flags, FlagValues } from "../src/cli/flag.ts";
import { threads } from "../src/cli/flags/shared.ts";
import { listOf, oneOf, text, wholeNumber } from "../src/cli/values.ts";
import { networkNames } from "./networks.ts";
import { asTheyAre, readArguments, tableFlags } from "./read-flags.ts";

const modes = ["full", "forward", "job"] as const;

export const benchFlags = {
  rounds: {
    term: "--rounds <n>",
    about: "times that each step is measured, ours and the peers' in turn (default: 3)",
    parse: wholeNumber({ min: 1 }),
  },
  jobRounds: {
    term: "--job-rounds <n>",
    about: "the same for the whole job, which takes minutes (default: 1)",
    parse: wholeNumber({ min: 1 }),
  },
  steps: {
    term: "--steps <n>",
    about:
      "whole steps that each process times, after two that are not, and three times as many forward passes (default: 5)",
    parse: wholeNumber({ min: 1 }),
  },
  only: {
    term: "--only <networks,...>",
    about: `networks whose steps are measured (default: ${networkNames.join(",")})`,
    parse: listOf(oneOf(asTheyAre(networkNames))),
  },
  modes: {
    term: "--modes <what,...>",
    about: "full steps, forward (the frozen base alone), job (pictures to a tuned model) (default: full,forward,job)",
    parse: listOf(oneOf(asTheyAre(modes))),
  },
  threads,
  out: { term: "--out <file>", about: "writes what each process gave, as JSON", parse: text },
  from: {
    term: "--from <files,...>",
    about: "measures nothing: takes what --out wrote, of several files as if they were further rounds",
    parse: listOf(text),
  },
  ...tableFlags,
} as const satisfies Flags;

export type BenchFlags = FlagValues<typeof benchFlags>;

/** How a person calls it. */
export const calledAs = "npm run bench --";

const about = "What steps and the whole job take here: Regraft beside PyTorch and Keras, where they are here";

/**
 * Reads the flags.
 *
 * @param print takes the text of --help
 * @throws {UsageError} "bad-option" · {CommanderError}, also after --help, with exit code 0
 */
export function parseFlags(argv: readonly string[], { print }: { readonly print: (text: string) => void }): BenchFlags {
  return readArguments(argv, { flags: benchFlags, calledAs, about, print });
}
