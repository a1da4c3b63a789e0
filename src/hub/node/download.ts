import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { HostError, RegraftError } from "../../base/errors.ts";
import { readError, rethrow, writeError } from "../../base/file-errors.ts";
import type { Answer } from "./answer.ts";
import { FailedAttempt } from "./network-errors.ts";
import type { Requests } from "./requests.ts";
import { checkStop, type StopSignal } from "./stop.ts";

export interface DownloadOptions {
  readonly address: string;
  /** Where the whole file is to stand. What has come of it stands beside it until then. */
  readonly to: string;
  readonly sizeBytes: number;
  /** What the hub calls these bytes: their SHA-256, or git's SHA-1 of them; anything else is not checked. */
  readonly etag: string;
  readonly what: string;
  /** Whether an answer is of the bytes that are wanted; those of one that is not are not mixed with others. */
  readonly isSame?: (answer: Answer) => boolean;
  readonly onBytes?: ((done: number) => void) | undefined;
}

/** The bytes at the address are others than they were when their size was asked for. */
export class Replaced extends HostError {
  constructor(what: string) {
    super("bad-download", `${what} was replaced while it was fetched.`, { hint: "Run the same command again." });
  }
}

/**
 * Fetches a file that appears whole and right, or not at all. What came before a connection was cut is kept and gone on
 * from, in this call or in one after it. To be called by one process at a time for one file.
 *
 * @throws {HostError} "unreachable" · "bad-download" · "disk-full" · "write-failed" · "read-failed" · {TrainingError}
 *   "interrupted" · what `Requests.send` throws
 */
export async function download(requests: Requests, options: DownloadOptions): Promise<void> {
  // Not the name that huggingface_hub has for its own: it holds other locks than we do.
  const partial = `${options.to}.regraft-incomplete`;
  await fetchRest(requests, partial, options);
  const found = await fingerprint(partial, options.etag).catch(rethrow(partial, readError));
  if (found !== undefined && found !== options.etag) {
    await rm(partial, { force: true });
    throw new HostError("bad-download", `${options.what} did not come as it is on the hub: its checksum differs.`, {
      hint: "Try again. If it comes wrong every time, something on the way changes it.",
    });
  }
  await rename(partial, options.to).catch(rethrow(options.to, writeError));
}

/** Until all bytes are here; attempts that come no further than one before them are counted. */
async function fetchRest(requests: Requests, partial: string, options: DownloadOptions): Promise<void> {
  let furthest = await sizeOf(partial);
  for (let fruitless = 0; ; ) {
    const before = await sizeOf(partial);
    if (before === options.sizeBytes && before > 0) return;
    const start = before > options.sizeBytes ? 0 : before;
    const failed = await fetchFrom(start, requests, partial, options);
    const after = await sizeOf(partial);
    if (after === options.sizeBytes && !failed) return;
    fruitless = after > furthest ? 0 : fruitless + 1;
    furthest = Math.max(furthest, after);
    const failure = failed ?? otherSize(furthest, options);
    if (failure.lasts || fruitless >= requests.attempts) throw failure.error;
    await requests.pause(fruitless + 1, failure);
  }
}

/** An answer that ended early without an error, or went on for too long. */
function otherSize(size: number, { what, sizeBytes }: DownloadOptions): FailedAttempt {
  const error = new HostError("bad-download", `${what} came as ${size} bytes, and should have ${sizeBytes}.`, {
    hint: "Try again. If it comes wrong every time, something on the way changes it.",
  });
  return new FailedAttempt(error, { lasts: size > sizeBytes });
}

/** @returns why it ended before its end, where somebody on the way is to blame */
async function fetchFrom(
  start: number,
  requests: Requests,
  partial: string,
  options: DownloadOptions,
): Promise<FailedAttempt | undefined> {
  const { address, what } = options;
  const headers = start > 0 ? { range: `bytes=${start}-` } : {};
  const response = await requests.send(address, { what, headers });
  const goesOn = response.status === 206 && startOf(response) === start;
  if (response.ok && options.isSame?.(response) === false) {
    await response.body?.cancel();
    throw new Replaced(what);
  }
  if (response.status === 416 || (response.status === 206 && !goesOn)) {
    await response.body?.cancel();
    await rm(partial, { force: true });
    return undefined;
  }
  const file = await open(partial, goesOn ? "a" : "w").catch(async (cause: unknown) => {
    // An answer that nobody reads would keep the process alive.
    await response.body?.cancel();
    throw writeError(partial, cause);
  });
  try {
    await writeBody(response, file, { ...options, partial, start: goesOn ? start : 0, signal: requests.signal });
    await file.sync().catch(rethrow(partial, writeError));
    return undefined;
  } catch (thrown) {
    if (thrown instanceof RegraftError) throw thrown;
    return requests.failure(thrown, response.url);
  } finally {
    await file.close();
  }
}

interface Writing extends DownloadOptions {
  readonly partial: string;
  readonly start: number;
  readonly signal: StopSignal | undefined;
}

/** Ends early where more comes than there should be. */
async function writeBody(
  { body }: Answer,
  file: FileHandle,
  { partial, start, sizeBytes, onBytes, signal }: Writing,
): Promise<void> {
  let done = start;
  onBytes?.(done);
  for await (const bytes of body ?? []) {
    checkStop(signal);
    await append(file, bytes, partial);
    done += bytes.byteLength;
    onBytes?.(done);
    if (done > sizeBytes) return;
  }
}

const append = async (file: FileHandle, bytes: Uint8Array, path: string): Promise<void> => {
  await file.appendFile(bytes).catch(rethrow(path, writeError));
};

/** "bytes 100-199/200" is 100. */
const startOf = ({ headers }: Answer): number | undefined => {
  const [, start] = /^bytes (\d+)-/.exec(headers.get("content-range") ?? "") ?? [];
  return start === undefined ? undefined : Number(start);
};

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** Of a file, in the manner of `etag`; undefined where the manner is not known. */
async function fingerprint(path: string, etag: string): Promise<string | undefined> {
  if (/^[0-9a-f]{64}$/.test(etag)) return sha256Of(path);
  if (/^[0-9a-f]{40}$/.test(etag)) return digest(path, createHash("sha1").update(`blob ${await sizeOf(path)}\0`));
  return undefined;
}

/** In hexadecimal digits. */
export const sha256Of = (path: string): Promise<string> => digest(path, createHash("sha256"));

async function digest(path: string, hash: ReturnType<typeof createHash>): Promise<string> {
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
