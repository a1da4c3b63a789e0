/** Files, wherever they live. A port: the disk in Node, memory in tests and in a tab. Paths are the host's own, joined by `join`; nothing here knows Node. */
export interface Store {
  join(...parts: readonly string[]): string;
  /**
   * The same path without separators at its end, so that `${clean(path)}.tmp` lies beside it: "runs/x/" and "runs/x/."
   * are "runs/x". A path that ends in "." or ".." becomes absolute. Every method takes both spellings.
   */
  clean(path: string): string;
  /** The last part of a path, without its folder. */
  baseName(path: string): string;
  /** @throws {DataError} "no-such-file" · {HostError} "read-failed" */
  read(path: string): Promise<Uint8Array>;
  /** Opens a file of any size, to read parts of it. @throws {DataError} "no-such-file" · {HostError} "read-failed" */
  open(path: string): Promise<OpenFile>;
  /** Text as UTF-8: bytes that are not UTF-8 become U+FFFD, a byte order mark at the start is dropped. */
  readText(path: string): Promise<string>;
  /**
   * The one true path of something that exists, absolute and with its links followed: two names of one file give one
   * path. @throws {DataError} "no-such-file"
   */
  realPath(path: string): Promise<string>;
  /** "file", "folder", or undefined where there is nothing. Links are followed. */
  kind(path: string): Promise<"file" | "folder" | undefined>;
  /** Names inside a folder, sorted by code unit, without "." and "..". @throws {DataError} "no-such-folder" */
  list(path: string): Promise<readonly string[]>;
  /**
   * What `list` names, with its kind, in the same order: one call for a folder of any size, and one more for each link.
   *
   * @throws {DataError} "no-such-folder"
   */
  entries(path: string): Promise<readonly FolderEntry[]>;
  /**
   * Writes a whole file: to a temporary name beside it, synced, then renamed. A reader sees the old file or the new
   * one, never a part. Makes missing folders.
   *
   * @throws {HostError} "disk-full" · "write-failed"
   */
  write(path: string, content: FileContent): Promise<void>;
  /**
   * Adds text or bytes at the end of a file (made when missing): all of it, or nothing.
   *
   * @throws {HostError} "disk-full" · "write-failed"
   */
  append(path: string, content: string | Uint8Array): Promise<void>;
  makeFolder(path: string): Promise<void>;
  /**
   * Moves a file or folder. A file may take the place of a file; nothing takes the place of a folder.
   *
   * @throws {DataError} "no-such-file" · {HostError} "write-failed"
   */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file or a whole folder; nothing happens where there is none. */
  remove(path: string): Promise<void>;
  /** A growing file for numbers that do not fit in memory; removed by `close`. */
  scratch(folder: string): Promise<Scratch>;
  /**
   * Holds a lock until it is released, or until the process ends, however it ends: whoever asks for it meanwhile is told who
   * has it, other calls of this process too. While it is held a small file stands at `path`. One that a crash left
   * there is held by nobody. Makes missing folders. Who does not ask is kept from nothing.
   *
   * @throws {HostError} "in-use" · "write-failed" where nothing can be written, or the disk keeps no locks · "disk-full"
   */
  lock(path: string, options?: LockOptions): Promise<Lock>;
}

export interface LockOptions {
  /** What is guarded, for whoever is refused: "runs/x". The lock's own path where left out. */
  readonly what?: string;
}

export interface Lock {
  /** Removes the file; a second call does nothing. */
  release(): Promise<void>;
}

/** Bytes, text as UTF-8, or bytes in pieces that are written one after another: no piece of memory holds the whole. */
export type FileContent = Uint8Array | string | readonly Uint8Array[];

export const isInPieces = (content: FileContent): content is readonly Uint8Array[] => Array.isArray(content);

/** A file being read. */
export interface OpenFile {
  readonly sizeBytes: number;
  /** Fills `into` from `offset` on. @throws {HostError} "read-failed" where the bytes end before that */
  read(offset: number, into: Uint8Array): Promise<void>;
  /** A second call does nothing. */
  close(): Promise<void>;
}

export interface FolderEntry {
  readonly name: string;
  /** Links are followed; undefined for a link that leads nowhere, and for what is neither file nor folder. */
  readonly kind: "file" | "folder" | undefined;
  readonly isLink: boolean;
}

/** Bytes on disk with random access, for caches. */
export interface Scratch {
  /** Adds bytes at the end and returns the offset at which they start. @throws {HostError} "disk-full" */
  append(bytes: Uint8Array): Promise<number>;
  /** Fills `into` from `offset` on. @throws {HostError} "read-failed" where the bytes end before that */
  read(offset: number, into: Uint8Array): Promise<void>;
  /** Removes the bytes; a second call does nothing. */
  close(): Promise<void>;
}
