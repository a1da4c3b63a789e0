import { z } from "zod";
import { UsageError } from "../../src/base/errors.ts";
import { type About, aboutSchema, mergeAbout } from "../results.ts";
import { figureNames } from "./figures.ts";

const figure = z
  .object({ type: z.literal("figure"), figure: z.enum(figureNames), value: z.number().positive(), how: z.string() })
  .readonly();

const epoch = z
  .object({
    type: z.literal("epoch"),
    images: z.int().min(1),
    /** Of the epoch alone. */
    seconds: z.number().positive(),
    /** MiB, of the whole process; undefined where the system does not tell. */
    peakRssMb: z.number().positive().optional(),
  })
  .readonly();

const schema = z
  .object({ about: aboutSchema, records: z.array(z.discriminatedUnion("type", [figure, epoch])).readonly() })
  .readonly();

/** A number that was measured, and how, in words. */
export type FigureRecord = z.output<typeof figure>;
export type EpochRecord = z.output<typeof epoch>;
export type ScaleRecord = FigureRecord | EpochRecord;

export interface ScaleResults {
  readonly about: About;
  readonly records: readonly ScaleRecord[];
}

/** @throws {UsageError} "bad-option" */
export function parseScale(text: string, file: string): ScaleResults {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new UsageError("bad-option", `--from: ${file} does not hold results of this benchmark.`, {
      cause,
      hint: "Name files that --out wrote.",
    });
  }
}

/**
 * Results measured piece by piece, of what was measured twice the later file's.
 *
 * @throws {UsageError} "bad-option" where they are of different machines, threads or versions
 */
export const joinScale = (all: readonly ScaleResults[]): ScaleResults =>
  all.reduce((joined, next) => {
    const again = new Set(next.records.map(whatOf));
    const kept = joined.records.filter((record) => !again.has(whatOf(record)));
    return { about: mergeAbout(joined.about, next.about), records: [...kept, ...next.records] };
  });

const whatOf = (record: ScaleRecord): string =>
  record.type === "figure" ? record.figure : `epoch of ${record.images}`;
