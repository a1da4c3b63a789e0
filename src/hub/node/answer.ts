import type { ReadableStreamDefaultReader } from "node:stream/web";
import type { Response } from "undici";

/** What a server answered. Its body is read on by itself. */
export interface Answer extends Pick<Response, "status" | "ok" | "headers" | "url"> {
  readonly body: Body | null;
}

/** Bytes as they came. Where the connection broke, what came before is given first, then the error. */
export interface Body extends AsyncIterable<Uint8Array> {
  /** Nobody wants the rest. */
  cancel(): Promise<void>;
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
  return { status, ok, headers, url, body: body ? new ReadAhead(body) : null };
}

type Stream = NonNullable<Response["body"]>;

class ReadAhead implements Body {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #parts: Uint8Array[] = [];
  #waiting = 0;
  /** How it ended; undefined while more may come. */
  #end: { readonly error?: unknown } | undefined;
  /** Wakes whoever waits for bytes, or for room. */
  #wake = () => {};

  constructor(stream: Stream) {
    this.#reader = stream.getReader();
    void this.#pump();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const part = this.#parts.shift();
        if (part) {
          this.#waiting -= part.byteLength;
          this.#wake();
          yield part;
        } else if (this.#end) {
          if ("error" in this.#end) throw this.#end.error;
          return;
        } else await this.#change();
      }
    } finally {
      await this.cancel();
    }
  }

  async cancel(): Promise<void> {
    // What is broken already cannot be given up.
    await this.#reader.cancel().catch(() => {});
  }

  async #pump(): Promise<void> {
    try {
      for (;;) {
        const { done, value } = await this.#reader.read();
        if (done) break;
        this.#parts.push(value);
        this.#waiting += value.byteLength;
        this.#wake();
        while (this.#waiting > mostAhead) await this.#change();
      }
      this.#end = {};
    } catch (error) {
      this.#end = { error };
    }
    this.#wake();
  }

  /** Reader and pump never wait both: there are bytes, or there is room. */
  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
