import { lastLine } from "./json-lines.ts";
import { type PeerName, peerNames, peerTable } from "./peer-table.ts";
import { type Finished, runProgram } from "./run-program.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export interface Peers {
  /** Of those that are here. */
  readonly pythons: { readonly [P in PeerName]?: string };
  /** Sentences: who is not here, why, and how to get it. */
  readonly notes: readonly string[];
}

/** Looks for modules without importing them, which would take seconds. */
const probe = `
import importlib.util, sys
print("lacks", *[name for name in sys.argv[1:] if importlib.util.find_spec(name) is None])`;

/** The Pythons of the peers, by environment variables or else \`python3\`. Installs nothing. */
export async function findPeers(env: Environment): Promise<Peers> {
  const found = await Promise.all(peerNames.map((name) => findPeer(name, env)));
  return {
    pythons: Object.fromEntries(found.flatMap(({ name, python, reason }) => (reason ? [] : [[name, python]]))),
    notes: found.flatMap(({ name, python, reason }) => (reason ? [absenceOf(name, python, reason)] : [])),
  };
}

async function findPeer(name: PeerName, env: Environment) {
  const { variable, modules } = peerTable[name];
  const named = env[variable] ?? "";
  const python = named === "" ? "python3" : named;
  return { name, python, reason: reasonOf(await runProgram({ file: python, args: ["-c", probe, ...modules] })) };
}

/** Why a Python will not do, by how the probe went: "lacks torch"; undefined where it will. */
export function reasonOf({ code, output, errors }: Pick<Finished, "code" | "output" | "errors">): string | undefined {
  if (code === undefined) return "cannot be started";
  if (code !== 0) return `ended with code ${code}: ${lastLine(errors) ?? "it said nothing"}`;
  const [, ...lacking] = (lastLine(output) ?? "").split(" ");
  return lacking.length === 0 ? undefined : `lacks ${lacking.join(", ")}`;
}

/** What is said of a peer that is not here. */
export function absenceOf(name: PeerName, python: string, reason: string): string {
  const { title, variable, packages } = peerTable[name];
  return (
    `${title} is not here: ${python} ${reason}. To have it measured, let ${variable} name the python of a venv with ` +
    `${packages.join(", ")}.`
  );
}
