import { type Contestant, contestantNames, hasNetwork } from "./contestants.ts";
import { type JobContestant, jobContestants } from "./job-recipe.ts";
import type { NetworkName, StepMode } from "./networks.ts";

interface StepKind {
  readonly type: "step";
  readonly network: NetworkName;
  readonly mode: StepMode;
}

/** One process to run: what it does, and whose it is. */
export type Measurement =
  | (StepKind & { readonly round: number; readonly contestant: Contestant })
  | { readonly type: "job"; readonly round: number; readonly contestant: JobContestant };

export interface PlanOptions {
  readonly networks: readonly NetworkName[];
  readonly modes: readonly StepMode[];
  /** Of steps, from 0. */
  readonly rounds: number;
  /** Of the whole job, from 0. */
  readonly jobRounds: number;
  /** Who can be measured here. */
  readonly here: (contestant: Contestant) => boolean;
}

/**
 * Every process, in the order in which they run: in each round one of each contestant, right after one another, so that what
 * else the machine does then hits them alike. Each round begins with another.
 */
export function plan({ networks, modes, rounds, jobRounds, here }: PlanOptions): readonly Measurement[] {
  const steps = counted(rounds).flatMap((round) =>
    networks.flatMap((network) => {
      const able = contestantNames.filter((contestant) => here(contestant) && hasNetwork(contestant, network));
      return modes.flatMap((mode) =>
        turned(able, round - 1).map((contestant) => ({ type: "step", round, contestant, network, mode }) as const),
      );
    }),
  );
  const jobs = counted(jobRounds).flatMap((round) =>
    turned(jobContestants.filter(here), round - 1).map((contestant) => ({ type: "job", round, contestant }) as const),
  );
  return [...steps, ...jobs];
}

/** What is done, whoever does it: "resnet18 full", "job". */
export const whatOf = (done: { readonly type: "job" } | StepKind): string =>
  done.type === "job" ? "job" : `${done.network} ${done.mode}`;

const counted = (rounds: number): readonly number[] => Array.from({ length: rounds }, (_, at) => at + 1);

const turned = <T>(list: readonly T[], by: number): readonly T[] =>
  list.map((_, at) => list[(at + by) % list.length]).filter((item) => item !== undefined);
