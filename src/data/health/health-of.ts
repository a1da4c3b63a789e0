import type { DataHealth, HealthDepth, HealthFinding, Severity } from "./data-health.ts";
import type { ExaminedPicture } from "./examine.ts";
import { type FindingCode, findingCodes } from "./finding-codes.ts";
import { countsOf } from "./layout-findings.ts";
import { rangeOf } from "./range.ts";
import type { Survey } from "./survey.ts";

export interface HealthParts {
  readonly depth: HealthDepth;
  readonly findings: readonly HealthFinding[];
  /** What was looked at, if anything was. */
  readonly pictures?: readonly ExaminedPicture[];
}

/** Puts together what was found: counts per class and split, sizes, and findings, the most severe first. */
export function healthOf(survey: Survey, { depth, findings, pictures = [] }: HealthParts): DataHealth {
  const { data, classes, splits } = survey;
  const counts = splits.map((split) => ({ name: split.name, counts: countsOf(split, survey) }));
  const prints = pictures.flatMap(({ print }) => print ?? []);
  const [width, height] = [rangeOf(prints.map((print) => print.width)), rangeOf(prints.map((print) => print.height))];
  return {
    data,
    depth,
    splits: splits.map(({ name, folder, heldOut, pictures: own }) => ({
      ...{ name, folder, ...(heldOut === undefined ? {} : { heldOut }), pictures: own.length },
    })),
    classes: classes.map((name, label) => ({
      name,
      pictures: Object.fromEntries(counts.map((split) => [split.name, split.counts[label] ?? 0])),
    })),
    pictures: splits.reduce((sum, split) => sum + split.pictures.length, 0),
    ...(width && height ? { sizes: { width, height } } : {}),
    findings: findings.toSorted(bySeverity),
  };
}

const ranks: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 };
const codes = Object.keys(findingCodes);
const place = (code: FindingCode): number => codes.indexOf(code);

const bySeverity = (a: HealthFinding, b: HealthFinding): number =>
  ranks[a.severity] - ranks[b.severity] || place(a.code) - place(b.code);
