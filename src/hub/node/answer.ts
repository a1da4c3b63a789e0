import type { ReadableStream } from "node:stream/web";
import { ByteLengthQueuingStrategy, TransformStream } from "node:stream/web";
import type { Response } from "undici";

/** What a server answered. Its body is read on by itself. */
export interface Answer extends Pick<Response, "status" | "ok" | "headers" | "url"> {
  readonly body: ReadableStream<Uint8Array> | null;
}

/** Bytes of a body that wait for their reader: far more than a slow disk leaves behind. */
const mostAhead = 64 * 2 ** 20;

/**
 * Reads a body as it comes, whether or not anybody asks yet. undici 7.26 and later end the process where a connection is
 * closed while a body waits to be read; version 8, which does not, asks for a newer Node.
 *
 * @see https://github.com/nodejs/undici/issues/5360
 */
export function readAhead({ status, ok, headers, url, body }: Response): Answer {
  const queue = new ByteLengthQueuingStrategy({ highWaterMark: mostAhead });
  const ahead = body?.pipeThrough(new TransformStream<Uint8Array, Uint8Array>({}, queue, queue));
  return { status, ok, headers, url, body: ahead ?? null };
}
