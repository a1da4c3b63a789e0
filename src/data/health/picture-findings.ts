import { counted } from "../../base/words.ts";
import type { HealthFinding } from "./data-health.ts";
import type { ExaminedPicture } from "./examine.ts";
import type { Fingerprint } from "./fingerprint.ts";
import { isOneColour } from "./one-colour.ts";
import { pixels } from "./pixels.ts";
import { rangeOf } from "./range.ts";

export interface PictureFindingsOptions {
  readonly classes: readonly string[];
  /** Part of the pictures that training lets be unreadable, 0 to 1. */
  readonly maxBadFraction: number;
}

/** Findings about single pictures: what cannot be read, and what looks unlike a picture to learn from. */
export function pictureFindings(
  pictures: readonly ExaminedPicture[],
  { classes, maxBadFraction }: PictureFindingsOptions,
): readonly HealthFinding[] {
  const unreadable = pictures.filter(({ reason }) => reason !== undefined);
  const isTooMany = unreadable.length > maxBadFraction * pictures.length;
  const odd = oddities(pictures);
  return [
    row(unreadable, classes, {
      ...{ severity: isTooMany ? "error" : "warning", code: "unreadable", says: "cannot be read" },
      detail: ({ reason }) => reason,
      hint: isTooMany
        ? "Replace or remove them: training stops at so many (--max-bad-fraction)."
        : "Replace or remove them: training leaves them out.",
    }),
    ...odd.map(({ matches, ...about }) =>
      row(
        pictures.filter(({ print }) => print !== undefined && matches(print)),
        classes,
        about,
      ),
    ),
  ].flat();
}

interface Row extends Pick<HealthFinding, "severity" | "code" | "hint"> {
  /** Goes on after "3 pictures"; "are" becomes "is" after "1 picture". */
  readonly says: string;
  readonly detail: (picture: ExaminedPicture) => string | undefined;
}

interface Oddity extends Row {
  readonly matches: (print: Fingerprint) => boolean;
}

/** Pixels a side: the smallest pictures that models were made for (CIFAR's). */
const leastSide = 32;
/** Times as long as wide: a square in the middle shows a quarter of that. */
const longest = 4;
/** Times the pixels of the median picture, or as small a part of them. */
const oddFactor = 16;
/** What a placeholder leaves to one colour at the least, and how many pictures may be so before it is the data's way. */
const plain = { share: 0.9, part: 0.02, few: 1 } as const;

const size = ({ print }: ExaminedPicture): string | undefined => print && pixels(print);

function oddities(pictures: readonly ExaminedPicture[]): readonly Oddity[] {
  const prints = pictures.flatMap(({ print }) => print ?? []);
  const median = rangeOf(prints.map(area))?.median ?? 0;
  const isPlain = (print: Fingerprint) => print.commonest >= plain.share && !isOneColour(print);
  const isUsual = prints.filter(isPlain).length > Math.max(plain.few, plain.part * prints.length);
  const isTiny = ({ width, height }: Fingerprint) => Math.min(width, height) < leastSide;
  const isSmallData = median < leastSide ** 2;
  return [
    {
      ...{ severity: "warning", code: "one-colour", says: "are of one colour throughout", matches: isOneColour },
      ...{ detail: size, hint: "Remove them: there is nothing to see." },
    },
    {
      ...{
        severity: "warning",
        code: "mostly-one-colour",
        says: "are of one colour for the most part, unlike the others",
      },
      matches: (print) => !isUsual && isPlain(print),
      detail: ({ print }) => print && `${Math.floor(100 * print.commonest)}% of one colour`,
      hint: "Look at them: placeholders of web sites (“image not found”) and empty scans look like that.",
    },
    {
      ...{ severity: "warning", code: "tiny", says: `are less than ${leastSide} pixels high or wide`, detail: size },
      matches: (print) => !isSmallData && isTiny(print),
      hint: "Look for larger ones: they are blown up to what the model takes, as thumbnails are.",
    },
    {
      ...{
        severity: "note",
        code: "extreme-shape",
        says: `are ${longest} times as long as wide, or more`,
        detail: size,
      },
      matches: ({ width, height }) => Math.max(width, height) >= longest * Math.min(width, height),
      hint: "Cut them to what matters: most models look at a square in the middle.",
    },
    {
      ...{ severity: "note", code: "odd-size", says: "are far smaller or larger than the others", detail: size },
      matches: (print) => !isTiny(print) && (area(print) * oddFactor < median || area(print) > median * oddFactor),
      hint: "Make sure that they are of the same kind as the others.",
    },
  ];
}

const area = ({ width, height }: Fingerprint): number => width * height;

function row(
  found: readonly ExaminedPicture[],
  classes: readonly string[],
  { severity, code, says, hint, detail }: Row,
): readonly HealthFinding[] {
  if (found.length === 0) return [];
  const does = found.length === 1 ? says.replace(/^are /, "is ") : says;
  const files = found.map((picture) => {
    const { split, label, name, path } = picture;
    const more = detail(picture);
    return { split, class: classes[label] ?? "", name, path, ...(more === undefined ? {} : { detail: more }) };
  });
  return [{ severity, code, sentence: `${counted(found.length, "picture")} ${does}.`, hint, classes: [], files }];
}
