import { lstat, readlink, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { HostError } from "../../base/errors.ts";
import { isMissing, readError, rethrow, writeError } from "../../base/file-errors.ts";
import type { KeptRepo } from "../hub.ts";
import { entriesBelow, namesIn, RepoFolder, repoOfFolder } from "./cache.ts";
import { ifFree } from "./lock.ts";

/** The repositories in the cache, the largest first. A cache that is not there holds nothing. @throws {HostError} "read-failed" */
export async function keptRepos(cache: string): Promise<readonly KeptRepo[]> {
  const names = await namesIn(cache);
  const repos = await Promise.all(names.flatMap((name) => repoOfFolder(name) ?? []).map((repo) => keptOf(cache, repo)));
  return repos.sort((a, b) => b.sizeBytes - a.sizeBytes || a.repo.localeCompare(b.repo));
}

async function keptOf(cache: string, repo: string): Promise<KeptRepo> {
  const { path } = new RepoFolder(cache, repo);
  return {
    repo,
    folder: path,
    sizeBytes: await sizeOf(path),
    commits: (await namesIn(join(path, "snapshots"))).toSorted(),
    isOurs: (await namesIn(join(path, ".regraft"))).length > 0,
  };
}

/** As `Hub.remove`. */
export async function removeFrom(cache: string, repo: string): Promise<number | undefined> {
  const folder = new RepoFolder(cache, repo);
  if (!(await isThere(folder.path))) return undefined;
  const freed = await ifFree(folder.lock, async () => {
    const size = await sizeOf(folder.path);
    await removed(folder.path);
    return size;
  });
  if (freed !== undefined) return freed;
  throw new HostError("write-failed", `${repo} is being fetched by another process.`, {
    hint: "Try again when it is done.",
  });
}

/** As `Hub.prune`. */
export async function pruneIn(cache: string): Promise<number> {
  let freed = 0;
  for (const { repo, isOurs } of await keptRepos(cache)) {
    const folder = new RepoFolder(cache, repo);
    if (isOurs) freed += (await ifFree(folder.lock, () => pruned(folder))) ?? 0;
  }
  return freed;
}

/** Nobody of us fetches meanwhile. What huggingface_hub fetched stays as long as it keeps it: only what we listed is taken. */
async function pruned(folder: RepoFolder): Promise<number> {
  const before = await sizeOf(folder.path);
  const wanted = await folder.commitsWanted();
  // Where a branch cannot be read, nothing is known to be unwanted.
  if (!wanted) return 0;
  for (const commit of await namesIn(join(folder.path, "snapshots"))) {
    if (wanted.has(commit) || (await folder.listOf(commit)) === undefined) continue;
    await removed(folder.snapshot(commit));
    await removed(folder.list(commit));
  }
  const used = await linkedFrom(join(folder.path, "snapshots"));
  for (const name of await namesIn(folder.blob(""))) {
    // A part that huggingface_hub has of a file.
    const isTheirs = name.endsWith(".incomplete");
    if (!used.has(name) && !isTheirs) await removed(folder.blob(name));
  }
  return Math.max(0, before - (await sizeOf(folder.path)));
}

/** Names of the blobs that links in a folder lead to. */
async function linkedFrom(folder: string): Promise<ReadonlySet<string>> {
  const links = (await entriesBelow(folder)).filter((entry) => entry.isSymbolicLink());
  const names = await Promise.all(
    links.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      return basename(await readlink(path).catch(rethrow(path, readError)));
    }),
  );
  return new Set(names);
}

/** Of all files below a folder, links not followed. */
export async function sizeOf(folder: string): Promise<number> {
  const files = (await entriesBelow(folder)).filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(({ parentPath, name }) => sizeOfFile(join(parentPath, name))));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Nothing of what was taken away meanwhile. */
const sizeOfFile = (path: string): Promise<number> =>
  lstat(path).then(
    ({ size }) => size,
    (cause: unknown) => {
      if (isMissing(cause)) return 0;
      throw readError(path, cause);
    },
  );

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );

export const removed = (path: string): Promise<void> =>
  rm(path, { recursive: true, force: true }).catch(rethrow(path, writeError));
