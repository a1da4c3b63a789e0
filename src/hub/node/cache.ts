import { randomUUID } from "node:crypto";
import { readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { isMissing, listError, writeError } from "../../base/file-errors.ts";
import { jsonIn } from "../../base/json.ts";
import { makeFolders } from "../../base/node/make-folders.ts";

/**
 * A repository in the cache, as huggingface_hub lays it out: bytes in blobs/ under what the hub calls them, names in
 * snapshots/<commit>/ that link to them, and in refs/ the commit of each branch and tag. Beside these, in .regraft/, the
 * names of all files of a commit: what lies in a snapshot may be what somebody else wanted of it.
 *
 * @see https://huggingface.co/docs/huggingface_hub/guides/manage-cache
 */
export class RepoFolder {
  readonly #cache: string;
  readonly #name: string;

  constructor(cache: string, repo: string) {
    this.#cache = cache;
    this.#name = folderName(repo);
  }

  /** Of the repository itself. */
  get path(): string {
    return join(this.#cache, this.#name);
  }

  snapshot(commit: string): string {
    return join(this.#cache, this.#name, "snapshots", commit);
  }

  blob(etag: string): string {
    return join(this.#cache, this.#name, "blobs", etag);
  }

  /** Of the whole repository; beside huggingface_hub's own, which a process holds in another way. */
  get lock(): string {
    return join(this.#cache, ".locks", this.#name, "regraft-lock");
  }

  /** @returns undefined where the revision was never fetched */
  async commitOf(revision: string): Promise<string | undefined> {
    const text = await readFile(this.#ref(revision), "utf8").catch(() => "");
    const commit = text.trim();
    return /^[0-9a-f]{40}$/.test(commit) ? commit : undefined;
  }

  /**
   * Of all branches and tags that were fetched, and those that were asked for by themselves.
   *
   * @returns undefined where one of them cannot be told
   */
  async commitsWanted(): Promise<ReadonlySet<string> | undefined> {
    const marks = await namesIn(join(this.path, ".regraft"));
    const pinned = marks.flatMap((name) => /^([0-9a-f]{40})\.wanted$/.exec(name)?.[1] ?? []);
    const refs = await filesBelow(join(this.path, "refs"));
    const named = await Promise.all(refs.map((revision) => this.commitOf(revision)));
    const known = named.filter((commit) => commit !== undefined);
    return known.length === named.length ? new Set([...known, ...pinned]) : undefined;
  }

  /** Keeps a commit that no branch may lead to. @throws {HostError} "write-failed" · "disk-full" */
  async want(commit: string): Promise<void> {
    const [folder, mark] = [join(this.path, ".regraft"), `${commit}.wanted`];
    if (!(await namesIn(folder)).includes(mark)) await writeWhole(join(folder, mark), "");
  }

  /** @throws {HostError} "write-failed" · "disk-full" */
  async remember(revision: string, commit: string): Promise<void> {
    if ((await this.commitOf(revision)) !== commit) await writeWhole(this.#ref(revision), commit);
  }

  /** Names of all files that the repository has at a commit; undefined where that was never asked. */
  async listOf(commit: string): Promise<readonly string[] | undefined> {
    const text = await readFile(this.list(commit), "utf8").catch(() => undefined);
    return text === undefined ? undefined : listSchema.safeParse(parsed(text)).data;
  }

  /** @throws {HostError} "write-failed" · "disk-full" */
  async rememberList(commit: string, files: readonly string[]): Promise<void> {
    const text = JSON.stringify(files);
    if (JSON.stringify(await this.listOf(commit)) !== text) await writeWhole(this.list(commit), text);
  }

  /** The file with the names of all files of a commit. */
  list(commit: string): string {
    return join(this.path, ".regraft", `${commit}.json`);
  }

  #ref(revision: string): string {
    return join(this.#cache, this.#name, "refs", ...revision.split("/"));
  }
}

/** "models--owner--name" */
const folderName = (repo: string): string => ["models", ...repo.split("/")].join("--");

/** The repository that a folder of the cache is of, "owner/name" or an old one's "name"; undefined for what is none of a model. */
export function repoOfFolder(folder: string): string | undefined {
  const [kind, owner = "", ...rest] = folder.split("--");
  const repo = rest.length === 0 ? owner : `${owner}/${rest.join("--")}`;
  return kind === "models" && owner !== "" && folderName(repo) === folder ? repo : undefined;
}

const listSchema = z.array(z.string());

/** undefined for what is no JSON. */
export function parsed(text: string): unknown {
  try {
    return jsonIn(text);
  } catch {
    return undefined;
  }
}

/** Writes a small file that is never seen half written. @throws {HostError} "write-failed" · "disk-full" */
export async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  try {
    await makeFolders(dirname(path));
    await writeFile(temporary, text);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw writeError(path, cause);
  }
}

export const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

/** Names in a folder; none where there is no such folder. @throws {HostError} "read-failed" */
export const namesIn = (folder: string): Promise<readonly string[]> => readdir(folder).catch(noneIfMissing(folder));

/**
 * Names of all files below a folder, "/" between their parts; none where there is no such folder.
 *
 * @throws {HostError} "read-failed"
 */
export async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await entriesBelow(folder);
  const files = entries.filter((entry) => !entry.isDirectory());
  return files
    .map(({ parentPath, name }) =>
      join(parentPath, name)
        .slice(folder.length + 1)
        .replaceAll("\\", "/"),
    )
    .sort();
}

/** All that lies below a folder; nothing where there is no such folder. @throws {HostError} "read-failed" */
export const entriesBelow = (folder: string) =>
  readdir(folder, { recursive: true, withFileTypes: true }).catch(noneIfMissing(folder));

function noneIfMissing(folder: string): (cause: unknown) => never[] {
  return (cause) => {
    if (isMissing(cause)) return [];
    throw listError(folder, cause);
  };
}
