import { type FileHandle, open, stat } from "node:fs/promises";
import { HostError } from "../../base/errors.ts";
import { readError } from "../../base/file-errors.ts";
import { pastEnd } from "../past-end.ts";
import type { OpenFile } from "../store.ts";

/** @throws {DataError} "no-such-file" · {HostError} "read-failed" for a folder, a pipe or a device too */
export async function openFile(path: string): Promise<OpenFile> {
  try {
    // Asked before it is opened: to open a pipe is to wait for whoever writes to it.
    const about = await stat(path);
    if (about.isFile()) return new NodeFile(await open(path, "r"), path, about.size);
  } catch (cause) {
    throw readError(path, cause);
  }
  throw new HostError("read-failed", `${path} cannot be read: it is a folder or a device, not a file.`);
}

class NodeFile implements OpenFile {
  readonly sizeBytes: number;
  readonly #file: FileHandle;
  readonly #path: string;
  #closed = false;

  constructor(file: FileHandle, path: string, sizeBytes: number) {
    this.#file = file;
    this.#path = path;
    this.sizeBytes = sizeBytes;
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    for (let done = 0; done < into.length; ) {
      const bytesRead = await this.#readSome(offset + done, into.subarray(done, done + MOST_AT_ONCE));
      if (bytesRead === 0) throw pastEnd(this.#path, this.sizeBytes, { offset, length: into.length });
      done += bytesRead;
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#file.close();
  }

  async #readSome(position: number, into: Uint8Array): Promise<number> {
    try {
      return (await this.#file.read(into, 0, into.length, position)).bytesRead;
    } catch (cause) {
      throw readError(this.#path, cause);
    }
  }
}

/** Bytes of one call: the operating system takes no more than 2 GiB. */
const MOST_AT_ONCE = 2 ** 30;
