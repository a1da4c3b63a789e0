import type { ExaminedPicture } from "./examine.ts";
import type { Fingerprint } from "./fingerprint.ts";
import { Groups } from "./groups.ts";
import { likeness } from "./likeness.ts";
import { nearHashes } from "./near-hashes.ts";
import { isOneColour } from "./one-colour.ts";

/** Places in the list of pictures that show the same picture, rising. */
export type CopyGroup = readonly number[];

/** Files of the same bytes; two names of one file too. */
export function exactCopies(pictures: readonly Pick<ExaminedPicture, "content">[]): readonly CopyGroup[] {
  const byContent = new Map<string, number[]>();
  for (const [at, { content }] of pictures.entries()) {
    if (content === undefined) continue;
    const known = byContent.get(content);
    if (known) known.push(at);
    else byContent.set(content, [at]);
  }
  return [...byContent.values()].filter(({ length }) => length > 1);
}

export interface NearCopies {
  /** Exact copies of a picture are in its group, but there is no group of exact copies alone. */
  readonly groups: readonly CopyGroup[];
  /** The search was ended: there are so many candidates that looking alike says nothing about these data. */
  readonly isCut: boolean;
}

/**
 * How many of the 64 bits of two hashes may differ for the pictures to be compared. Wide, so that cut edges pass; what
 * passes is then compared cell by cell.
 */
const hashRadius = 14;

/** Photos that are not the same one stay below this. */
const leastLikeness = 0.95;

/** Comparisons for each picture, on average, after which the search is ended. */
const comparisonsEach = 5;

/** Pictures of few pictures may all be compared. */
const comparisonsAnyway = 10_000;

/**
 * Pictures that look the same: encoded again, in another size, a little brighter, with edges cut off. Mirrored ones are not
 * found. Pictures of one colour are left out.
 */
export function nearCopies(pictures: readonly ExaminedPicture[], exact: readonly CopyGroup[]): NearCopies {
  const further = new Set(exact.flatMap(([, ...others]) => others));
  const compared = pictures.flatMap(({ print }, at) =>
    print && !further.has(at) && !isOneColour(print) ? [{ at, print }] : [],
  );
  const groups = new Groups(pictures.length);
  const joined = joinAlike(compared, groups);
  const members = new Set(groups.list().flat());
  for (const [first = 0, ...others] of exact) {
    if (members.has(first)) for (const other of others) groups.join(first, other);
  }
  return { groups: groups.list(), isCut: joined === "cut" };
}

interface Compared {
  readonly at: number;
  readonly print: Fingerprint;
}

function joinAlike(compared: readonly Compared[], groups: Groups): "all" | "cut" {
  let left = Math.max(comparisonsAnyway, comparisonsEach * compared.length);
  const hashes = compared.map(({ print }) => print.hash);
  for (const [first, second] of nearHashes(hashes, { radius: hashRadius })) {
    if (left-- === 0) return "cut";
    const [a, b] = [compared[first] as Compared, compared[second] as Compared];
    if (likeness(a.print.grey, b.print.grey) >= leastLikeness) groups.join(a.at, b.at);
  }
  return "all";
}
