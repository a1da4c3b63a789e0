import { count, counted } from "../../base/words.ts";
import type { CopyGroup, NearCopies } from "./copies.ts";
import type { HealthFile, HealthFinding } from "./data-health.ts";
import type { ExaminedPicture } from "./examine.ts";
import type { FindingCode } from "./finding-codes.ts";
import { pixels } from "./pixels.ts";

/** Where the members of a group lie: apart from each other in split, in class, or neither. */
type Spread = "splits" | "classes" | "one-class";

type Kind = "exact" | "near";

interface CopyRow extends Pick<HealthFinding, "severity" | "code" | "hint"> {
  /** Goes on after "3 pictures". */
  readonly are: string;
}

const leak = "Keep each on one side only: what was trained on is no test, and the accuracy comes out too high.";
const doubt = "Decide on one class, and remove the others: what is taught twice in two ways is not learnt.";
const look = "Look at them; where they are one picture, ";

/** What copies mean, by how alike they are and where they lie. */
const rows: Readonly<Record<Kind, Readonly<Record<Spread, CopyRow>>>> = {
  exact: {
    splits: { severity: "error", code: "copies-across-splits", are: "are in two splits, byte for byte", hint: leak },
    classes: { severity: "error", code: "labels-disagree", are: "are in two classes, byte for byte", hint: doubt },
    "one-class": {
      ...{ severity: "note", code: "copies", are: "are there more than once in their class, byte for byte" },
      hint: "Keep one of each: copies count as often as they are there.",
    },
  },
  near: {
    splits: {
      ...{ severity: "warning", code: "near-copies-across-splits", are: "look the same in two splits" },
      hint: `${look}remove it from one side: what was trained on is no test.`,
    },
    classes: {
      ...{ severity: "warning", code: "near-labels-disagree", are: "look the same in two classes" },
      hint: `${look}decide on one class.`,
    },
    "one-class": {
      ...{ severity: "note", code: "near-copies", are: "look the same within their class" },
      hint: `${look}keep the best one.`,
    },
  },
};

export interface CopyFindingsOptions {
  readonly pictures: readonly ExaminedPicture[];
  readonly classes: readonly string[];
}

/** Findings about files of the same bytes. A group across both splits and classes is in two of them. */
export const exactFindings = (groups: readonly CopyGroup[], options: CopyFindingsOptions): readonly HealthFinding[] =>
  findingsOf("exact", groups, options);

/** Findings about pictures that look the same. */
export const nearFindings = ({ groups, isCut }: NearCopies, options: CopyFindingsOptions): readonly HealthFinding[] => [
  ...findingsOf("near", groups, options),
  ...(isCut ? [tooAlike] : []),
];

const tooAlike: HealthFinding = {
  severity: "note",
  code: "many-alike" satisfies FindingCode,
  sentence: "So many of these pictures look alike that near copies cannot be told; the search for them was ended.",
  hint: "Copies that are the same byte for byte are found in any case.",
  classes: [],
  files: [],
};

function findingsOf(
  kind: Kind,
  groups: readonly CopyGroup[],
  { pictures, classes }: CopyFindingsOptions,
): readonly HealthFinding[] {
  const members = groups.map((group) => group.map((at) => pictures[at]).filter((picture) => picture !== undefined));
  return (["splits", "classes", "one-class"] as const).flatMap((spread) => {
    const own = members.filter((group) => spreadsOf(group).includes(spread));
    if (own.length === 0) return [];
    const { are, ...row } = rows[kind][spread];
    const files = own.flatMap((group, at) => group.map((picture) => fileOf(picture, classes, at)));
    const named = spread === "classes" ? [...new Set(files.map((file) => file.class))] : [];
    return [{ ...row, sentence: sentenceOf(own, are), classes: named, files }];
  });
}

function spreadsOf(group: readonly ExaminedPicture[]): readonly Spread[] {
  const splits = new Set(group.map(({ split }) => split)).size;
  const labels = new Set(group.map(({ label }) => label)).size;
  if (splits === 1 && labels === 1) return ["one-class"];
  return [...(splits > 1 ? (["splits"] as const) : []), ...(labels > 1 ? (["classes"] as const) : [])];
}

/** "3 pictures are in two splits, byte for byte." */
function sentenceOf(groups: readonly (readonly ExaminedPicture[])[], are: string): string {
  const files = groups.reduce((sum, { length }) => sum + length, 0);
  const what =
    groups.length === 1
      ? `1 picture, in ${count(files)} files,`
      : `${counted(groups.length, "picture")}, in ${count(files)} files,`;
  return `${what} ${groups.length === 1 ? singular(are) : are}.`;
}

const singular = (are: string): string =>
  are
    .replace(/^are /, "is ")
    .replace(/^look /, "looks ")
    .replace("their class", "its class");

const fileOf = (
  { split, label, name, path, print }: ExaminedPicture,
  classes: readonly string[],
  group: number,
): HealthFile => ({
  ...{ split, class: classes[label] ?? "", name, path, group },
  ...(print ? { detail: pixels(print) } : {}),
});
