import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { Response } from "undici";
import { HostError } from "../../base/errors.ts";
import { rethrow, writeError } from "../../base/file-errors.ts";
import { networkError } from "./network-errors.ts";
import type { Requests } from "./requests.ts";

export interface DownloadOptions {
  readonly address: string;
  /** Where the whole file is to stand. What has come of it stands beside it until then. */
  readonly to: string;
  readonly sizeBytes: number;
  /** What the hub calls these bytes: their SHA-256, or git's SHA-1 of them; anything else is not checked. */
  readonly etag: string;
  readonly what: string;
  readonly onBytes?: ((done: number) => void) | undefined;
}

/**
 * Fetches a file that appears whole and right, or not at all. What came before a connection was cut is kept and gone on
 * from, in this call or in one after it.
 *
 * @throws {HostError} "unreachable" · "bad-download" · "disk-full" · "write-failed" · what `Requests.send` throws
 */
export async function download(requests: Requests, options: DownloadOptions): Promise<void> {
  const partial = `${options.to}.incomplete`;
  await fetchRest(requests, partial, options);
  const found = await fingerprint(partial, options.etag);
  if (found !== undefined && found !== options.etag) {
    await rm(partial, { force: true });
    throw new HostError("bad-download", `${options.what} did not come as it is on the hub: its checksum differs.`, {
      hint: "Try again. If it comes wrong every time, something on the way changes it.",
    });
  }
  await rename(partial, options.to);
}

/** Until all bytes are here; attempts that come no further than one before them are counted. */
async function fetchRest(requests: Requests, partial: string, options: DownloadOptions): Promise<void> {
  let furthest = await sizeOf(partial);
  for (let fruitless = 0; ; ) {
    const before = await sizeOf(partial);
    if (before === options.sizeBytes && before > 0) return;
    const start = before > options.sizeBytes ? 0 : before;
    const thrown: unknown = await fetchFrom(start, requests, partial, options).catch((error: unknown) => error);
    const after = await sizeOf(partial);
    if (after === options.sizeBytes && thrown === undefined) return;
    fruitless = after > furthest ? 0 : fruitless + 1;
    furthest = Math.max(furthest, after);
    const failure = thrown === undefined ? otherSize(furthest, options) : networkError(thrown, options.address);
    if (failure.lasts || fruitless >= requests.attempts) throw failure.error;
    await requests.pause(fruitless + 1);
  }
}

/** An answer that ended early without an error, or went on for too long. */
function otherSize(size: number, { what, sizeBytes }: DownloadOptions) {
  const error = new HostError("bad-download", `${what} came as ${size} bytes, and should have ${sizeBytes}.`, {
    hint: "Try again. If it comes wrong every time, something on the way changes it.",
  });
  return { error, lasts: size > sizeBytes };
}

async function fetchFrom(start: number, requests: Requests, partial: string, options: DownloadOptions): Promise<void> {
  const { address, what, sizeBytes, onBytes } = options;
  const headers = start > 0 ? { range: `bytes=${start}-` } : {};
  const response = await requests.send(address, { what, headers });
  const goesOn = response.status === 206 && startOf(response) === start;
  if (response.status === 416 || (response.status === 206 && !goesOn)) {
    await response.body?.cancel();
    await rm(partial, { force: true });
    return;
  }
  const file = await open(partial, goesOn ? "a" : "w").catch(rethrow(partial, writeError));
  try {
    let done = goesOn ? start : 0;
    onBytes?.(done);
    for await (const bytes of response.body ?? []) {
      await append(file, bytes, partial);
      done += bytes.byteLength;
      onBytes?.(done);
      if (done > sizeBytes) return;
    }
    await file.sync().catch(rethrow(partial, writeError));
  } finally {
    await file.close();
  }
}

const append = async (file: FileHandle, bytes: Uint8Array, path: string): Promise<void> => {
  await file.appendFile(bytes).catch(rethrow(path, writeError));
};

/** "bytes 100-199/200" is 100. */
const startOf = ({ headers }: Response): number | undefined => {
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
  if (/^[0-9a-f]{64}$/.test(etag)) return digest(path, createHash("sha256"));
  if (/^[0-9a-f]{40}$/.test(etag)) return digest(path, createHash("sha1").update(`blob ${await sizeOf(path)}\0`));
  return undefined;
}

async function digest(path: string, hash: ReturnType<typeof createHash>): Promise<string> {
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
