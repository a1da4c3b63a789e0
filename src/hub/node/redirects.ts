import { nearness } from "./nearness.ts";
import { isSafe } from "./settings.ts";

/** Nobody in the world may make us ask for what only we can reach. */
const nearer = ["the world", "a private network", "this machine"] as const;

/**
 * Why an answer is not followed to where it leads: what comes could be changed on its way, or it is nearer to us than whoever
 * leads there.
 *
 * @param to undefined where it is no address
 * @returns what it leads to, in words; undefined where it is followed
 */
export function whyNotFollowed(from: URL, to: URL | undefined): string | undefined {
  if (!to || !isSafe(to)) return `${to?.host ?? "no address"} without encryption`;
  const near = nearness(to.hostname);
  return near > nearness(from.hostname) ? `${nearer[near]} (${to.host})` : undefined;
}
