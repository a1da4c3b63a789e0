import { meantName } from "../base/suggestion.ts";
import type { CommandRow } from "./command.ts";

/** "models pull" where somebody wrote "models pul": a word that may be taken for what a command works on. */
export function meantCommand(argv: readonly string[], commands: readonly CommandRow[]): string | undefined {
  const [first, second] = argv.filter((word) => !word.startsWith("-"));
  if (first === undefined || second === undefined) return undefined;
  const below = commands.flatMap(({ name }) => (name.startsWith(`${first} `) ? [name.slice(first.length + 1)] : []));
  const name = below.includes(second) ? undefined : meantName(second, below);
  return name === undefined ? undefined : `${first} ${name}`;
}
