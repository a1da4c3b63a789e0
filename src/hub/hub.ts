import type { HubReference } from "./reference.ts";
import type { WebAddress } from "./web-address.ts";

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
  /**
   * Brings a model that lies at an address of the web onto this machine, and the files beside it that it is read with. What is
   * here is used without asking. A model is here as a whole or not at all.
   *
   * @throws {ModelError} "no-such-address" · "bad-external-data" for a file that would lie outside of the folder ·
   *   {UsageError} "bad-option" for an address without encryption · {HostError} "access-denied" · "offline" · "unreachable" ·
   *   "bad-download" · "disk-full" · "write-failed" · {TrainingError} "interrupted" · what `beside` throws
   */
  fetchFile(address: WebAddress, options: WebFetchOptions): Promise<WebFile>;
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
   * Takes off what was fetched from an address; where that has no query, also what the same one with any query gave.
   *
   * @returns bytes that are free by that; undefined where nothing of it was kept
   * @throws {HostError} "write-failed", also while another process fetches it · "read-failed"
   */
  removeFile(address: WebAddress): Promise<number | undefined>;
  /**
   * Takes off what is not in use: commits that no branch or tag leads to any more and that nobody asked for by themselves,
   * bytes that no commit has, downloads that were cut; of repositories that Regraft fetched from, no others, and not of those
   * that are being fetched from; and downloads from the web that were cut.
   *
   * @returns bytes that are free by that
   * @throws {HostError} "write-failed" · "read-failed"
   */
  prune(): Promise<number>;
}

/** All that was fetched. */
export interface Kept {
  /** Of what came from the hub. */
  readonly folder: string;
  /** The largest first. */
  readonly repos: readonly KeptRepo[];
  readonly web: KeptWeb;
}

/** All that was fetched from addresses of the web. */
export interface KeptWeb {
  readonly folder: string;
  /** The largest first. */
  readonly files: readonly KeptFile[];
  /** Of downloads that were cut. */
  readonly cutBytes: number;
}

export interface KeptFile {
  /** Without its query. */
  readonly address: string;
  readonly folder: string;
  /** With the files beside it that came with it. */
  readonly sizeBytes: number;
  /** When it was fetched, as ISO 8601. */
  readonly fetched: string;
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

export interface WebFetchOptions {
  /** What else is wanted. @param path where the model has come to, for now */
  readonly beside: (path: string) => Promise<Beside>;
  /** Whether it is fetched also where it is here. */
  readonly anew?: boolean;
  readonly onProgress?: FetchOptions["onProgress"];
}

/** Files by names relative to the model, "/" between their parts. */
export interface Beside {
  readonly needed: readonly string[];
  /** Fetched where they are there. */
  readonly welcome: readonly string[];
}

/** A model of the web, as it lies here. */
export interface WebFile {
  /** Without its query. */
  readonly address: string;
  readonly folder: string;
  /** Names in the folder, "/" between their parts; the model comes last. */
  readonly files: readonly string[];
  /** Of the model's bytes. */
  readonly sha256: string;
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
