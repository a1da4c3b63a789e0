import { HostError } from "./errors.ts";
import { errnoOf } from "./file-errors.ts";

/** Names that Node and the operating system give to a lack of memory; a worker thread may not even start. */
const names: ReadonlySet<string | undefined> = new Set([
  "ENOMEM",
  "ERR_WORKER_OUT_OF_MEMORY",
  "ERR_WORKER_INIT_FAILED",
  "ERR_MEMORY_ALLOCATION_FAILED",
]);
/** What JavaScript's engine, onnxruntime and the C++ library say of it. */
const words =
  /array buffer allocation failed|array length: \d{9,}|failed to allocate memory|bfc_?arena|bad[_ ]alloc(ation)?\b|out of memory|cannot allocate memory|resource temporarily unavailable/i;

/** Whether an error of somebody else's, or what it says, is that there was no memory left. */
export function isOutOfMemory(cause: unknown): boolean {
  if (typeof cause === "string") return words.test(cause);
  return cause instanceof Error && (names.has(errnoOf(cause)) || words.test(cause.message));
}

/** "out-of-memory" for an error of somebody else's that tells of a lack of memory; undefined for any other. */
export function memoryError(cause: unknown): HostError | undefined {
  if (!(cause instanceof Error) || !isOutOfMemory(cause)) return undefined;
  return new HostError("out-of-memory", `There is not enough memory: ${cause.message.replace(/\.$/, "")}.`, {
    hint: "Choose a smaller --batch or a smaller model, unfreeze less, or close other programs.",
    cause,
  });
}
