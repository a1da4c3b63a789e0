import type { RunEvent } from "../../tasks/run-events.ts";
import type { EpochRecord } from "../../training/events.ts";

/** What --json prints for an event, or undefined where it is only for the eye. */
export function lineOf(event: RunEvent): object | undefined {
  if (event.type === "bad-image") return { type: "skipped", name: event.name, reason: event.reason };
  if (event.type === "features") return undefined;
  if (event.type !== "training") return event;
  if (event.event.type !== "epoch") return undefined;
  return { type: "epoch", phase: event.phase, ...readings(event.event) };
}

/** Metrics beside the losses: accuracy, and valAccuracy for the one on the validation data. */
function readings({ metrics, valMetrics = {}, ...record }: EpochRecord): object {
  const validated = Object.entries(valMetrics).map(([name, value]) => [`val${capitalized(name)}`, value]);
  return { ...record, ...metrics, ...Object.fromEntries(validated) };
}

const capitalized = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
