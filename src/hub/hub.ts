import type { HubReference } from "./reference.ts";

/** Where models are fetched from, and kept (a port). */
export interface Hub {
  /**
   * Brings files of a repository onto this machine; those that are there already are not fetched again.
   *
   * @throws {ModelError} "no-such-repo" · {HostError} "access-denied" · "offline" · "unreachable" · "bad-download" ·
   *   "disk-full" · "write-failed" · what `choose` throws
   */
  fetch(reference: HubReference, options: FetchOptions): Promise<Snapshot>;
  /** What is on this machine, without a word to the hub; undefined where not all is that is wanted. */
  find(reference: HubReference, options: Pick<FetchOptions, "choose">): Promise<Snapshot | undefined>;
}

export interface FetchOptions {
  /** Of the repository's files those that are wanted, in the order in which they are fetched. */
  readonly choose: (files: readonly string[]) => readonly string[];
  readonly onProgress?: ((progress: FetchProgress) => void) | undefined;
}

export interface FetchProgress {
  /** The file that is being fetched. */
  readonly file: string;
  /** Bytes of it that are here. */
  readonly done: number;
  readonly total: number;
}

/** A repository as it was at one commit, as far as it was fetched. */
export interface Snapshot {
  /** Holds the files under the names that they have in the repository. */
  readonly folder: string;
  /** 40 hexadecimal digits. */
  readonly commit: string;
}
