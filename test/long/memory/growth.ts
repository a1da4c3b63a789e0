import { median } from "../../../src/base/median.ts";
import type { Resources } from "./resources.ts";

/** What the process held after so many steps. */
export interface Sample extends Resources {
  readonly step: number;
}

/** Shares of a run: until the first it warms up (the last session is loaded at the end of the first epoch), what it holds between the first two is what later samples are held against. */
const [warm, compared, last] = [0.2, 0.4, 0.8];

/** How a run grew from its early part, after warm-up, to its last fifth. */
export interface Growth {
  /** Median of the early part, and of the last. */
  readonly rssBytes: { readonly early: number; readonly late: number };
  /** late / early − 1 */
  readonly rssGrowth: number;
  /** The fewest in each part: those that are only open for a moment are no leak. */
  readonly handles: { readonly early: number; readonly late: number };
  readonly threads: { readonly early: number; readonly late: number };
  /** The most threads that decode pictures, and the most memory, at any time. */
  readonly mostDecoders: number;
  readonly mostBytes: number;
}

/** @throws {RangeError} where one of the parts has no sample */
export function growthOf(samples: readonly Sample[]): Growth {
  const end = samples.at(-1)?.step ?? 0;
  const early = samples.filter(({ step }) => step > warm * end && step <= compared * end);
  const late = samples.filter(({ step }) => step > last * end);
  if (early.length === 0 || late.length === 0) throw new RangeError("There are too few samples to compare.");
  const both = (of: (part: readonly Sample[]) => number) => ({ early: of(early), late: of(late) });
  const rssBytes = both((part) => median(part.map((sample) => sample.rssBytes)));
  return {
    rssBytes,
    rssGrowth: rssBytes.late / rssBytes.early - 1,
    handles: both((part) => Math.min(...part.map(({ handles }) => handles))),
    threads: both((part) => Math.min(...part.map(({ threads }) => threads))),
    mostDecoders: Math.max(...samples.map(({ decoders }) => decoders)),
    mostBytes: Math.max(...samples.map((sample) => sample.rssBytes)),
  };
}

export interface LeakLimits {
  /** Share by which memory may grow. */
  readonly mostGrowth: number;
  /** Threads that may decode pictures at one time; any number by default. */
  readonly decoders?: number;
}

/** What of a run grew that must not, as sentences; none where nothing did. */
export function leaksOf(
  { rssGrowth, handles, threads, mostDecoders }: Growth,
  { mostGrowth, decoders = mostDecoders }: LeakLimits,
): readonly string[] {
  const grew = (what: string, { early, late }: Growth["handles"]) =>
    late > early ? [`${what} grew from ${early} to ${late}`] : [];
  const memory =
    rssGrowth > mostGrowth
      ? [`memory grew by ${(100 * rssGrowth).toFixed(1)}%, more than ${(100 * mostGrowth).toFixed(0)}%`]
      : [];
  const crowd =
    mostDecoders > decoders
      ? [`${mostDecoders} threads decoded pictures, where ${decoders} can have something to do`]
      : [];
  return [...memory, ...grew("open handles", handles), ...grew("threads", threads), ...crowd];
}
