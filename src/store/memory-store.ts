import { DataError, HostError } from "../base/errors.ts";
import { joined } from "../base/joined.ts";
import { utf8 } from "../base/utf8.ts";
import { inUse } from "./holder.ts";
import { MemoryScratch } from "./memory-scratch.ts";
import { pastEnd } from "./past-end.ts";
import {
  type FileContent,
  type FolderEntry,
  isInPieces,
  type Lock,
  type LockOptions,
  type OpenFile,
  type Scratch,
  type Store,
} from "./store.ts";

/** Files in memory: for tests, and for hosts without a disk. Paths are split at "/". */
export function memoryStore(): Store {
  return new MemoryStore();
}

class MemoryStore implements Store {
  readonly #files = new Map<string, Uint8Array>();
  readonly #folders = new Set<string>(["", "/"]);
  readonly #locked = new Set<string>();

  join(...parts: readonly string[]): string {
    return clean(parts.filter((part) => part !== "").join("/"));
  }

  clean(path: string): string {
    return clean(path);
  }

  baseName(path: string): string {
    return clean(path).split("/").at(-1) ?? "";
  }

  async read(path: string): Promise<Uint8Array> {
    const content = this.#files.get(clean(path));
    if (content) return content.slice();
    if (this.#folders.has(clean(path))) throw new HostError("read-failed", `${path} cannot be read: it is a folder.`);
    throw noSuchFile(path);
  }

  async open(path: string): Promise<OpenFile> {
    const bytes = await this.read(path);
    return {
      sizeBytes: bytes.length,
      read: async (offset, into) => {
        if (offset + into.length > bytes.length) throw pastEnd(path, bytes.length, { offset, length: into.length });
        into.set(bytes.subarray(offset, offset + into.length));
      },
      close: async () => {},
    };
  }

  async readText(path: string): Promise<string> {
    return utf8.decode(await this.read(path), { fatal: false });
  }

  async realPath(path: string): Promise<string> {
    if (!(await this.kind(path))) throw noSuchFile(path);
    return clean(path);
  }

  async kind(path: string): Promise<"file" | "folder" | undefined> {
    return this.#files.has(clean(path)) ? "file" : this.#folders.has(clean(path)) ? "folder" : undefined;
  }

  async list(path: string): Promise<readonly string[]> {
    const folder = clean(path);
    if (!this.#folders.has(folder)) {
      throw new DataError("no-such-folder", `There is no folder ${path}.`, { hint: "Check the path." });
    }
    const inside = [...this.#files.keys(), ...this.#folders].filter((name) => name && parentOf(name) === folder);
    return inside
      .filter((name) => name !== folder)
      .map((name) => this.baseName(name))
      .sort();
  }

  async entries(path: string): Promise<readonly FolderEntry[]> {
    const names = await this.list(path);
    return Promise.all(
      names.map(async (name) => ({ name, kind: await this.kind(this.join(path, name)), isLink: false })),
    );
  }

  async write(path: string, content: FileContent): Promise<void> {
    this.#refuseFolder(path);
    await this.makeFolder(parentOf(clean(path)));
    this.#files.set(clean(path), isInPieces(content) ? joined(Uint8Array, content) : bytesOf(content));
  }

  async append(path: string, content: string | Uint8Array): Promise<void> {
    await this.write(path, [this.#files.get(clean(path)) ?? new Uint8Array(), bytesOf(content)]);
  }

  async makeFolder(path: string): Promise<void> {
    for (let folder = clean(path); !this.#folders.has(folder); folder = parentOf(folder)) {
      if (this.#files.has(folder)) throw new HostError("write-failed", `${path} cannot be made: ${folder} is a file.`);
      this.#folders.add(folder);
    }
  }

  async rename(from: string, to: string): Promise<void> {
    const [source, target] = [clean(from), clean(to)];
    const kind = await this.kind(source);
    if (!kind) throw noSuchFile(from);
    if (kind === "folder" && this.#files.has(target)) {
      throw new HostError("write-failed", `${from} cannot be moved: ${to} is a file.`);
    }
    this.#refuseFolder(to);
    await this.makeFolder(parentOf(target));
    for (const [name, content] of [...this.#files].filter(([name]) => isWithin(source, name))) {
      this.#files.delete(name);
      this.#files.set(target + name.slice(source.length), content);
    }
    for (const name of [...this.#folders].filter((name) => isWithin(source, name))) {
      this.#folders.delete(name);
      this.#folders.add(target + name.slice(source.length));
    }
  }

  async remove(path: string): Promise<void> {
    const gone = clean(path);
    for (const name of [...this.#files.keys()].filter((name) => isWithin(gone, name))) this.#files.delete(name);
    for (const name of [...this.#folders].filter((name) => isWithin(gone, name))) this.#folders.delete(name);
  }

  async scratch(): Promise<Scratch> {
    return new MemoryScratch();
  }

  async lock(path: string, { what = path }: LockOptions = {}): Promise<Lock> {
    const file = clean(path);
    if (this.#locked.has(file)) throw inUse(what);
    // Taken before the first wait, so that of two calls at once one is refused.
    this.#locked.add(file);
    let isHeld = true;
    const release = async () => {
      if (isHeld && this.#locked.delete(file)) this.#files.delete(file);
      isHeld = false;
    };
    await this.write(file, "").catch((error: unknown) => {
      this.#locked.delete(file);
      throw error;
    });
    return { release };
  }

  #refuseFolder(path: string): void {
    if (this.#folders.has(clean(path))) {
      throw new HostError("write-failed", `${path} cannot be written: a folder of that name exists.`);
    }
  }
}

const noSuchFile = (path: string): DataError =>
  new DataError("no-such-file", `There is no file ${path}.`, { hint: "Check the path." });

const bytesOf = (content: Uint8Array | string): Uint8Array =>
  typeof content === "string" ? utf8.encode(content) : content.slice();

/** One spelling per path: without "//", "." and a trailing "/", ".." resolved. */
function clean(path: string): string {
  const kept: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") kept.pop();
    else if (part !== "" && part !== ".") kept.push(part);
  }
  return (path.startsWith("/") ? "/" : "") + kept.join("/");
}

function parentOf(path: string): string {
  const cut = path.lastIndexOf("/");
  return cut > 0 ? path.slice(0, cut) : path.startsWith("/") ? "/" : "";
}

const isWithin = (folder: string, path: string): boolean => path === folder || path.startsWith(`${folder}/`);
