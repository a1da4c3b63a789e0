import { randomUUID } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { HostError } from "../../base/errors.ts";
import { writeError } from "../../base/file-errors.ts";
import { makeFolders } from "../../base/node/make-folders.ts";
import { pastEnd } from "../past-end.ts";
import type { Scratch } from "../store.ts";

/** A name that no other process, thread or call takes, and that folder listings hide. See `isTemporary`. */
export const temporaryName = (): string => `.regraft-${randomUUID()}.tmp`;

/** @throws {HostError} "disk-full" · "write-failed" */
export async function nodeScratch(folder: string): Promise<Scratch> {
  const path = join(folder, temporaryName());
  try {
    await makeFolders(folder);
    const file = await open(path, "wx+");
    const scratch = new NodeScratch(file, path);
    // Without a name the bytes go with the process, however it ends. Windows keeps open files' names.
    if (process.platform !== "win32") await rm(path);
    return scratch;
  } catch (cause) {
    throw writeError(path, cause);
  }
}

class NodeScratch implements Scratch {
  readonly #file: FileHandle;
  readonly #path: string;
  #end = 0;
  #closed = false;

  constructor(file: FileHandle, path: string) {
    this.#file = file;
    this.#path = path;
  }

  async append(bytes: Uint8Array): Promise<number> {
    // The place is taken before the first wait, so that appends may overlap.
    const offset = this.#end;
    this.#end += bytes.length;
    try {
      for (let done = 0; done < bytes.length; ) {
        done += (await this.#file.write(bytes, done, bytes.length - done, offset + done)).bytesWritten;
      }
    } catch (cause) {
      throw writeError(this.#path, cause);
    }
    return offset;
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    for (let done = 0; done < into.length; ) {
      const bytesRead = await this.#readSome(offset + done, into.subarray(done));
      if (bytesRead === 0) throw pastEnd(this.#path, this.#end, { offset, length: into.length });
      done += bytesRead;
    }
  }

  async #readSome(position: number, into: Uint8Array): Promise<number> {
    try {
      return (await this.#file.read(into, 0, into.length, position)).bytesRead;
    } catch (cause) {
      throw new HostError("read-failed", `${this.#path} cannot be read.`, { cause });
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#file.close();
    await rm(this.#path, { force: true });
  }
}
