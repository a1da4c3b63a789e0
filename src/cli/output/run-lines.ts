import type { RunEvent } from "../../tasks/run-events.ts";
import { readings } from "../../training/callbacks/monitor.ts";

/** What --json prints for an event, or undefined where it is only for the eye. */
export function lineOf(event: RunEvent): object | undefined {
  if (event.type === "bad-image") return { type: "skipped", name: event.name, reason: event.reason };
  const forTheEye = ["features", "reporting", "checking"];
  if (forTheEye.includes(event.type)) return undefined;
  if (event.type !== "training") return event;
  if (event.event.type !== "epoch") return undefined;
  const { epoch, learningRate, examples, seconds } = event.event;
  return { type: "epoch", phase: event.phase, epoch, ...readings(event.event), learningRate, examples, seconds };
}
