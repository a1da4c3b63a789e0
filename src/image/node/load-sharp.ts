import type sharp from "sharp";
import { loadError } from "../../base/load-error.ts";

/**
 * Takes a tenth of a second: not for commands that look at no picture.
 *
 * @throws {HostError} "not-installed"
 */
export async function loadSharp(): Promise<typeof sharp> {
  try {
    return (await import("sharp")).default;
  } catch (cause) {
    throw loadError("sharp", cause);
  }
}
