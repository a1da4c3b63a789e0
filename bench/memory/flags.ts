import { type Flags, type FlagValues, onOff } from "../../src/cli/flag.ts";
import { threads } from "../../src/cli/flags/shared.ts";
import { listOf, oneOf } from "../../src/cli/values.ts";
import { networkNames } from "../networks.ts";
import { asTheyAre, readArguments } from "../read-flags.ts";
import { phaseKeys } from "./phases.ts";

export const memoryFlags = {
  only: {
    term: "--only <networks,...>",
    about: `networks that are trained (default: ${networkNames.join(",")})`,
    parse: listOf(oneOf(asTheyAre(networkNames))),
  },
  phases: {
    term: "--phases <what,...>",
    about: `what of them is trained (default: ${phaseKeys.join(",")})`,
    parse: listOf(oneOf(asTheyAre(phaseKeys))),
  },
  optimizer: {
    term: "--optimizer <name>",
    about: "sgd, with momentum, or adam (default: sgd)",
    parse: oneOf({ sgd: "sgd", adam: "adam" }),
  },
  threads,
  json: onOff("--json", "one JSON object per line on stdout, instead of a table"),
} as const satisfies Flags;

export type MemoryFlags = FlagValues<typeof memoryFlags>;

export const calledAs = "npm run bench:memory --";

const about = "Trains networks and holds the memory that was foreseen against the most that the process took";

/** @throws {UsageError} "bad-option" · {CommanderError}, also after --help, with exit code 0 */
export const parseFlags = (argv: readonly string[], { print }: { readonly print: (text: string) => void }) =>
  readArguments(argv, { flags: memoryFlags, calledAs, about, print });
