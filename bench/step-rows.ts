import { type Contestant, contestantNames } from "./contestants.ts";
import {
  forwardTarget,
  memoryTarget,
  type NetworkName,
  networkNames,
  networks,
  type StepMode,
  type Target,
} from "./networks.ts";
import { type ByRound, best, middle, type Ratio, ratio } from "./ratio.ts";
import type { BenchRecord, StepRecord } from "./results.ts";

interface Measure {
  readonly title: string;
  /** The processes that it is read off. */
  readonly mode: StepMode;
  readonly of: (record: StepRecord) => number;
  readonly target: (network: NetworkName) => Target;
}

/** What is told of each network, a row each. */
export const measures = {
  full: {
    title: "full step, ms",
    mode: "full",
    of: ({ stepMs }) => stepMs,
    target: (network) => networks[network].fullStep,
  },
  memory: {
    title: "its peak memory, MiB",
    mode: "full",
    of: ({ peakRssMb }) => peakRssMb,
    target: () => memoryTarget,
  },
  forward: { title: "forward, ms", mode: "forward", of: ({ stepMs }) => stepMs, target: () => forwardTarget },
} as const satisfies Readonly<Record<string, Measure>>;

export type MeasureName = keyof typeof measures;

/** One network and one measure, of all that were measured. */
export interface StepRow {
  readonly network: NetworkName;
  readonly measure: MeasureName;
  /** Medians over the rounds. */
  readonly values: { readonly [C in Contestant]?: number };
  /** The peer with the least median, and ours divided by it. */
  readonly best?: { readonly peer: Contestant; readonly ratio: Ratio };
  readonly target: Target;
}

/** A row for each network and measure that something was measured of, in the order of the tables. */
export function stepRows(records: readonly BenchRecord[]): readonly StepRow[] {
  const steps = records.filter((record) => record.type === "step");
  return networkNames.flatMap((network) =>
    (Object.keys(measures) as readonly MeasureName[]).flatMap((name) => {
      const { mode } = measures[name];
      const mine = steps.filter((record) => record.network === network && record.mode === mode);
      return mine.length === 0 ? [] : [stepRow(network, name, mine)];
    }),
  );
}

function stepRow(network: NetworkName, name: MeasureName, steps: readonly StepRecord[]): StepRow {
  const { of, target }: Measure = measures[name];
  const measured = new Map<Contestant, ByRound>();
  for (const who of contestantNames) {
    const values = new Map(steps.filter((made) => made.contestant === who).map((made) => [made.round, of(made)]));
    if (values.size > 0) measured.set(who, values);
  }
  const values = Object.fromEntries([...measured].map(([who, byRound]) => [who, middle(byRound)]));
  const compared = toBest(measured);
  return { network, measure: name, values, ...(compared ? { best: compared } : {}), target: target(network) };
}

function toBest(measured: ReadonlyMap<Contestant, ByRound>): StepRow["best"] {
  const peers = new Map([...measured].filter(([who]) => who !== "ours"));
  const [ours, peer] = [measured.get("ours"), best(peers)];
  if (!ours || peer === undefined) return undefined;
  const compared = ratio(ours, peers.get(peer) ?? new Map());
  return compared && { peer, ratio: compared };
}
