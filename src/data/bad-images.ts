import { DataError, RegraftError } from "../base/errors.ts";
import { checkNumber, refuseUnknown } from "../base/options.ts";
import type { Dataset } from "./dataset.ts";

export interface BadImage {
  readonly index: number;
  readonly name: string;
  /** The decoder's own words. */
  readonly reason: string;
}

/** Counts the pictures of a data set that could not be read, over all epochs. */
export interface BadImageLedger {
  /**
   * Notes a picture; again and again the same one counts once.
   *
   * @throws {DataError} "too-many-bad-images" as soon as there are more than allowed
   */
  add(index: number, error: RegraftError): void;
  readonly count: number;
  /** In the order of their indices. */
  list(): readonly BadImage[];
}

export interface BadImageLedgerOptions {
  readonly dataset: Dataset;
  /** Part of the data set that may be unreadable, 0 to 1. */
  readonly maxFraction?: number;
}

/** @throws {UsageError} "bad-option" */
export function badImageLedger({ dataset, maxFraction = 0.1, ...rest }: BadImageLedgerOptions): BadImageLedger {
  refuseUnknown("badImageLedger", rest);
  checkNumber("maxFraction", maxFraction, { min: 0, max: 1 });
  const found = new Map<number, BadImage>();
  const list = () => [...found.values()].sort((a, b) => a.index - b.index);
  return {
    add(index, error) {
      if (found.has(index)) return;
      const { message } = error.cause instanceof RegraftError ? error.cause : error;
      found.set(index, { index, name: dataset.name(index), reason: message });
      if (found.size > maxFraction * dataset.size) throw tooMany(list(), dataset.size, maxFraction);
    },
    get count() {
      return found.size;
    },
    list,
  };
}

const shown = 5;

function tooMany(bad: readonly BadImage[], size: number, maxFraction: number): DataError {
  const lines = bad.slice(0, shown).map(({ name, reason }) => `\n  ${name}: ${reason}`);
  const more = bad.length > shown ? `\n  and ${bad.length - shown} more` : "";
  return new DataError(
    "too-many-bad-images",
    `${bad.length} of ${size} pictures cannot be read, and ${+(maxFraction * 100).toFixed(2)}% may be bad:${lines.join("")}${more}`,
    { hint: "Replace or remove these files, or allow more: --max-bad-fraction <0 to 1>" },
  );
}
