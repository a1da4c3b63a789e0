import { DataError, RegraftError } from "../base/errors.ts";
import { checkNumber, refuseUnknown } from "../base/options.ts";
import { printable } from "../base/printable.ts";
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
   * @throws {DataError} "too-many-bad-images" as soon as there are more than allowed · "no-images" where not one picture
   *   of the data set is left
   */
  add(index: number, error: RegraftError): void;
  /** Notes pictures that an earlier reading of the same data set noted. */
  recall(images: readonly BadImage[]): void;
  readonly count: number;
  /** In the order of their indices. */
  list(): readonly BadImage[];
}

/** The ledgers of several data sets. */
export interface BadImageLedgers {
  /**
   * The data sets of one run, such as training and validation: they share one allowance, a part of all their pictures.
   * What was noted before stays noted.
   *
   * @throws {UsageError} "bad-option"
   */
  expect(datasets: readonly Dataset[], options?: BadImageAllowance): void;
  /** The ledger of a data set, the same each time. One that was not expected has an allowance of its own. */
  for(dataset: Dataset): BadImageLedger;
  /** Of all data sets, in the order in which they were first named. */
  list(): readonly BadImage[];
}

export interface BadImageAllowance {
  /** Part of the pictures that may be unreadable, 0 to 1. */
  readonly maxFraction?: number | undefined;
}

export interface BadImageLedgerOptions extends BadImageAllowance {
  readonly dataset: Dataset;
}

/** The ledger of one data set. @throws {UsageError} "bad-option" */
export function badImageLedger({ dataset, maxFraction, ...rest }: BadImageLedgerOptions): BadImageLedger {
  refuseUnknown("badImageLedger", rest);
  const ledgers = badImageLedgers();
  ledgers.expect([dataset], { maxFraction });
  return ledgers.for(dataset);
}

/** Ledgers for data sets that are read together or one by one. */
export function badImageLedgers(): BadImageLedgers {
  const groups = new Map<Dataset, Group>();
  const ledgers = new Map<Dataset, BadImageLedger>();
  const expect: BadImageLedgers["expect"] = (datasets, { maxFraction = 0.1, ...rest } = {}) => {
    refuseUnknown("badImageLedgers", rest);
    checkNumber("maxFraction", maxFraction, { min: 0, max: 1 });
    const known = datasets.flatMap((dataset) => groups.get(dataset)?.members ?? []);
    const group = { members: [...new Set([...known, ...datasets])], maxFraction };
    for (const member of group.members) groups.set(member, group);
  };
  const ledgerFor = (dataset: Dataset): BadImageLedger => {
    if (!groups.has(dataset)) expect([dataset]);
    const ledger = ledgers.get(dataset) ?? openLedger(dataset, () => checkGroup(groups.get(dataset), ledgerFor));
    ledgers.set(dataset, ledger);
    return ledger;
  };
  return { expect, for: ledgerFor, list: () => [...ledgers.values()].flatMap((ledger) => ledger.list()) };
}

/** Data sets with one allowance. */
interface Group {
  readonly members: readonly Dataset[];
  readonly maxFraction: number;
}

function openLedger(dataset: Dataset, check: () => void): BadImageLedger {
  const found = new Map<number, BadImage>();
  const list = () => [...found.values()].sort((a, b) => a.index - b.index);
  return {
    add(index, error) {
      if (found.has(index)) return;
      const { message } = error.cause instanceof RegraftError ? error.cause : error;
      found.set(index, { index, name: dataset.name(index), reason: message });
      check();
      if (found.size === dataset.size) throw noneLeft(list());
    },
    recall(images) {
      for (const image of images) found.set(image.index, image);
    },
    get count() {
      return found.size;
    },
    list,
  };
}

function checkGroup(group: Group | undefined, ledgerFor: (dataset: Dataset) => BadImageLedger): void {
  if (!group) return;
  const size = group.members.reduce((sum, dataset) => sum + dataset.size, 0);
  const count = group.members.reduce((sum, dataset) => sum + ledgerFor(dataset).count, 0);
  if (count <= group.maxFraction * size) return;
  const bad = group.members.flatMap((dataset) => ledgerFor(dataset).list());
  throw new DataError(
    "too-many-bad-images",
    `${count} of ${size} pictures of the data cannot be read, and ${+(group.maxFraction * 100).toFixed(2)}% may be bad:${lines(bad)}`,
    { hint: "Replace or remove these files, or allow more: --max-bad-fraction <0 to 1>" },
  );
}

const noneLeft = (bad: readonly BadImage[]): DataError =>
  new DataError("no-images", `None of the ${bad.length} pictures of the data set can be read:${lines(bad)}`, {
    hint: "Replace these files.",
  });

const shown = 5;

function lines(bad: readonly BadImage[]): string {
  const first = bad.slice(0, shown).map(({ name, reason }) => `\n  ${printable(name)}: ${reason}`);
  return first.join("") + (bad.length > shown ? `\n  and ${bad.length - shown} more` : "");
}
