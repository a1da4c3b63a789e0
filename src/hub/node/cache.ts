import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeError } from "../../base/file-errors.ts";

/**
 * A repository in the cache, as huggingface_hub lays it out: bytes in blobs/ under what the hub calls them, names in
 * snapshots/<commit>/ that link to them, and in refs/ the commit of each branch and tag.
 *
 * @see https://huggingface.co/docs/huggingface_hub/guides/manage-cache
 */
export class RepoFolder {
  readonly #cache: string;
  readonly #name: string;

  constructor(cache: string, repo: string) {
    this.#cache = cache;
    this.#name = ["models", ...repo.split("/")].join("--");
  }

  snapshot(commit: string): string {
    return join(this.#cache, this.#name, "snapshots", commit);
  }

  blob(etag: string): string {
    return join(this.#cache, this.#name, "blobs", etag);
  }

  /** Beside huggingface_hub's own, which a process holds in another way. */
  lock(etag: string): string {
    return join(this.#cache, ".locks", this.#name, `${etag}.regraft-lock`);
  }

  /** @returns undefined where the revision was never fetched */
  async commitOf(revision: string): Promise<string | undefined> {
    const text = await readFile(this.#ref(revision), "utf8").catch(() => "");
    const commit = text.trim();
    return /^[0-9a-f]{40}$/.test(commit) ? commit : undefined;
  }

  /** @throws {HostError} "write-failed" · "disk-full" */
  async remember(revision: string, commit: string): Promise<void> {
    const path = this.#ref(revision);
    if ((await this.commitOf(revision)) === commit) return;
    try {
      await mkdir(dirname(path), { recursive: true });
      const temporary = `${path}.${process.pid}`;
      await writeFile(temporary, commit);
      await rename(temporary, path);
    } catch (cause) {
      throw writeError(path, cause);
    }
  }

  #ref(revision: string): string {
    return join(this.#cache, this.#name, "refs", ...revision.split("/"));
  }
}

/** Names of all files in a snapshot, "/" between their parts; nothing where there is no such folder. */
export async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => !entry.isDirectory());
  return files
    .map(({ parentPath, name }) =>
      join(parentPath, name)
        .slice(folder.length + 1)
        .replaceAll("\\", "/"),
    )
    .sort();
}
