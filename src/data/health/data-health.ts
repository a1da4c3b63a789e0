import type { FindingCode } from "./finding-codes.ts";

/**
 * error: training would stop, or what it measures would not be true; warning: it trains, and is likely worse for it; note:
 * worth knowing.
 */
export type Severity = "error" | "warning" | "note";

/** How far was looked: names and counts; the bytes of files that could be copies; or every picture, decoded. */
export type HealthDepth = "counts" | "bytes" | "pictures";

/** A picture, as findings and reports name it. */
export interface HealthFile {
  /** The part of the data: "train", "val", or what its folder is called. */
  readonly split: string;
  readonly class: string;
  /** Relative to the folder of its split, with "/" between the parts: "ants/nest/1.jpg". */
  readonly name: string;
  /** Where it lies: the split's folder and the name. */
  readonly path: string;
  /** What is special about this file: why it cannot be read, how large it is. */
  readonly detail?: string;
  /** Of copies: files with the same number, from 0, show the same picture. Counted within the finding. */
  readonly group?: number;
}

/** One thing that was found, about as many files as it applies to. */
export interface HealthFinding {
  readonly severity: Severity;
  readonly code: FindingCode;
  /** What was found, as a whole sentence. */
  readonly sentence: string;
  /** What can be done, as a whole sentence. */
  readonly hint: string;
  /** Classes that it is about; none where it is about files alone. */
  readonly classes: readonly string[];
  /** All of them, in the order of the data; copies group by group. Empty where it is about classes alone. */
  readonly files: readonly HealthFile[];
}

export interface HealthSplit {
  /** "train", "val", or what the folder is called: "test". */
  readonly name: string;
  /** The folder that holds the class folders. */
  readonly folder: string;
  /** Where the split has no folder of its own: the share of the training folder, 0 to 1, that is drawn by the seed. */
  readonly heldOut?: number;
  readonly pictures: number;
}

export interface HealthClass {
  readonly name: string;
  /** How many pictures each split has of it, by the split's name. */
  readonly pictures: Readonly<Record<string, number>>;
}

/** The least, the median and the greatest of some numbers. */
export interface HealthRange {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/**
 * What is known of a data set before training. Plain JSON: `health.json` of a run is this object.
 */
export interface DataHealth {
  /** The data's folder as it was given. */
  readonly data: string;
  readonly depth: HealthDepth;
  readonly splits: readonly HealthSplit[];
  /** In the order of their labels. */
  readonly classes: readonly HealthClass[];
  /** In all splits. */
  readonly pictures: number;
  /** Of the pictures that could be read, in pixels; only where all were looked at. */
  readonly sizes?: { readonly width: HealthRange; readonly height: HealthRange };
  /** The most severe first. */
  readonly findings: readonly HealthFinding[];
}

/** The findings of each severity, counted. */
export function countFindings(findings: readonly HealthFinding[]): Readonly<Record<Severity, number>> {
  const of = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
  return { error: of("error"), warning: of("warning"), note: of("note") };
}
