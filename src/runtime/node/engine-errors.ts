import { HostError } from "../../base/errors.ts";
import { isLoadError, loadError } from "../../base/load-error.ts";
import { memoryError } from "../../base/memory-error.ts";

/** What the engine's thread answered with in place of tensors. A mistake of ours stays what it is: nobody expects it. */
export const failureOf = (cause: Error): Error =>
  memoryError(cause) ?? (isMistake(cause) ? cause : engineFailed(cause.message, cause));

/** Why the engine's thread is gone. */
export function deathOf(cause: unknown): Error {
  if (isLoadError(cause)) return loadError("onnxruntime-node", cause);
  const message = cause instanceof Error ? cause.message : String(cause);
  return memoryError(cause) ?? engineFailed(`The engine's thread died: ${message}`, cause);
}

export const closed = (): HostError => engineFailed("The engine was closed.");

const engineFailed = (message: string, cause?: unknown): HostError =>
  new HostError("engine-failed", `onnxruntime: ${message}`, { cause });

/** onnxruntime throws plain errors; what JavaScript throws by itself comes from a slip in a program. */
const isMistake = (error: Error): boolean =>
  error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;
