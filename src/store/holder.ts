import { z } from "zod";
import { HostError } from "../base/errors.ts";

/** Who holds a lock, as its file says it. What another machine wrote is shown to a person: plain letters alone. */
const holderSchema = z.object({
  pid: z.number().int().positive(),
  host: z.string().regex(/^[\w.:-]{1,255}$/),
  /** By the holder's clock, ISO 8601 in UTC. */
  since: z.iso.datetime(),
});

export type Holder = z.output<typeof holderSchema>;

export const holderText = (holder: Holder): string => `${JSON.stringify(holder)}\n`;

/** undefined where the text says nothing of the kind: its writer may just have come to write it. */
export function holderOf(text: string): Holder | undefined {
  try {
    return holderSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/**
 * @param what the thing that is locked
 * @param holder undefined where nobody knows
 */
export function inUse(what: string, holder?: Holder): HostError {
  const who = holder ? `process ${holder.pid} on ${holder.host}, since ${shown(holder.since)}` : "another process";
  return new HostError("in-use", `"${what}" is being written by ${who}.`, {
    hint: "Wait until that is done, or name another place. The lock goes with its process, however that ends.",
  });
}

/** "2026-01-31 14:25:30 UTC" */
const shown = (since: string): string => `${since.slice(0, 19).replace("T", " ")} UTC`;
