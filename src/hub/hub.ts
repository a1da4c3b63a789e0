import type { HubReference } from "./reference.ts";

/** Where models are fetched from, and kept (a port). */
export interface Hub {
  /**
   * Brings files of a repository onto this machine; those that are there already are not fetched again.
   *
   * @throws {ModelError} "no-such-repo" · {HostError} "access-denied" · "offline" · "unreachable" · "bad-download" ·
   *   "disk-full" · "write-failed" · {TrainingError} "interrupted" · what `choose` throws
   */
  fetch(reference: HubReference, options: FetchOptions): Promise<Snapshot>;
  /** What is on this machine, without a word to the hub; undefined where not all is that is wanted. */
  find(reference: HubReference, options: Pick<FetchOptions, "choose">): Promise<Snapshot | undefined>;
  /** What is kept on this machine, also of other programs that share the place. @throws {HostError} "read-failed" */
  kept(): Promise<Kept>;
  /**
   * Takes a repository off this machine, all that was ever fetched of it.
   *
   * @returns bytes that are free by that; undefined where nothing of it was kept
   * @throws {HostError} "write-failed", also while another process fetches from it · "read-failed"
   */
  remove(repo: string): Promise<number | undefined>;
  /**
   * Takes off what is not in use: commits that no branch or tag leads to any more and that nobody asked for by themselves,
   * bytes that no commit has, downloads that were cut; of repositories that Regraft fetched from, no others, and not of those
   * that are being fetched from.
   *
   * @returns bytes that are free by that
   * @throws {HostError} "write-failed" · "read-failed"
   */
  prune(): Promise<number>;
}

/** All that was fetched from a hub. */
export interface Kept {
  readonly folder: string;
  /** The largest first. */
  readonly repos: readonly KeptRepo[];
}

export interface KeptRepo {
  /** "owner/name" */
  readonly repo: string;
  readonly folder: string;
  readonly sizeBytes: number;
  /** Of which something is here. */
  readonly commits: readonly string[];
  /** Whether Regraft fetched from it; else another program did, such as huggingface_hub. */
  readonly isOurs: boolean;
}

export interface FetchOptions {
  /**
   * Of the repository's files those that are wanted, in the order in which they are fetched. A ModelError says that what is
   * wanted is not among them.
   */
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
  /** Those that were wanted, in the order of `choose`: names in the repository, "/" between their parts. */
  readonly files: readonly string[];
}
