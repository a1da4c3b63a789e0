import { HostError } from "./errors.ts";
import { errnoOf } from "./file-errors.ts";

/** Node's names for a library that is not there, or not for this machine. */
const names: ReadonlySet<string | undefined> = new Set([
  "ERR_DLOPEN_FAILED",
  "MODULE_NOT_FOUND",
  "ERR_MODULE_NOT_FOUND",
]);

/** "not-installed" for the failed import of a library with native code. @param library its name */
export const loadError = (library: string, cause: unknown): HostError =>
  new HostError("not-installed", `${library} cannot be loaded: ${firstLine(cause)}`, {
    hint: "Install again on this machine: npm ci. Optional dependencies belong to it; they hold what is made for each platform.",
    cause,
  });

/** Whether an error is that of an import, rather than of what was imported. */
export const isLoadError = (cause: unknown): boolean => names.has(errnoOf(cause));

function firstLine(cause: unknown): string {
  const [line = ""] = (cause instanceof Error ? cause.message : String(cause)).split("\n");
  return line.endsWith(".") ? line : `${line.replace(/:$/, "")}.`;
}
