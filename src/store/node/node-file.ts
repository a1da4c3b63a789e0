import { type FileHandle, open, stat } from "node:fs/promises";
import { HostError } from "../../base/errors.ts";
import { readError, rethrow } from "../../base/file-errors.ts";
import { printable } from "../../base/printable.ts";
import { pastEnd } from "../past-end.ts";
import type { OpenFile } from "../store.ts";

/** @throws {DataError} "no-such-file" · {HostError} "read-failed" for a folder, a pipe or a device too */
export async function openFile(path: string): Promise<OpenFile> {
  const sizeBytes = await refuseDevice(path);
  return new NodeFile(await open(path, "r").catch(rethrow(path, readError)), path, sizeBytes);
}

/**
 * Asked before a file is opened: to open a pipe is to wait for whoever writes to it, and some devices have no end.
 *
 * @returns the file's size in bytes
 * @throws {DataError} "no-such-file" · {HostError} "read-failed" for what is no file
 */
export async function refuseDevice(path: string): Promise<number> {
  const about = await stat(path).catch(rethrow(path, readError));
  if (about.isFile()) return about.size;
  const what = about.isDirectory() ? "a folder" : "a pipe, a socket or a device";
  throw new HostError("read-failed", `${printable(path)} cannot be read: it is ${what}, not a file.`);
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
