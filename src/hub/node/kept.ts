import { lstat, readdir, readlink, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { isMissing, listError, rethrow, writeError } from "../../base/file-errors.ts";
import type { Kept, KeptRepo } from "../hub.ts";
import { RepoFolder, repoOfFolder } from "./cache.ts";

/** What the cache holds. A cache that is not there holds nothing. @throws {HostError} "read-failed" */
export async function keptIn(cache: string): Promise<Kept> {
  const names = await readdir(cache).catch(noneIfMissing(cache));
  const repos = await Promise.all(names.flatMap((name) => repoOfFolder(name) ?? []).map((repo) => keptOf(cache, repo)));
  return { folder: cache, repos: repos.sort((a, b) => b.sizeBytes - a.sizeBytes || a.repo.localeCompare(b.repo)) };
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
  const { path } = new RepoFolder(cache, repo);
  if (!(await isThere(path))) return undefined;
  const size = await sizeOf(path);
  await removed(path);
  return size;
}

/** As `Hub.prune`. */
export async function pruneIn(cache: string): Promise<number> {
  const { repos } = await keptIn(cache);
  let freed = 0;
  for (const { repo, isOurs, commits, sizeBytes } of repos) {
    if (!isOurs) continue;
    const folder = new RepoFolder(cache, repo);
    const named = await folder.commitsNamed();
    for (const commit of commits.filter((one) => !named.has(one))) {
      await removed(folder.snapshot(commit));
      await removed(folder.list(commit));
    }
    await pruneBlobs(folder);
    freed += sizeBytes - (await sizeOf(folder.path));
  }
  return freed;
}

/** Bytes that no snapshot links to any more. What is being fetched, by us or by huggingface_hub, stays. */
async function pruneBlobs(folder: RepoFolder): Promise<void> {
  const used = new Set(await linkedFrom(join(folder.path, "snapshots")));
  for (const name of await namesIn(folder.blob(""))) {
    const etag = name.replace(/\.regraft-incomplete$/, "");
    const isTheirs = name.endsWith(".incomplete");
    if (!used.has(name) && !isTheirs && !(await isThere(folder.lock(etag)))) await removed(folder.blob(name));
  }
}

/** Names of the blobs that links in a folder lead to. */
async function linkedFrom(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(noneIfMissing(folder));
  const links = entries.filter((entry) => entry.isSymbolicLink());
  return Promise.all(links.map(async ({ parentPath, name }) => basename(await readlink(join(parentPath, name)))));
}

/** Of all files below a folder, links not followed. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(noneIfMissing(folder));
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  // What another process has taken away meanwhile is not there any more.
  const sizes = await Promise.all(
    files.map((file) =>
      lstat(file).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

const namesIn = (folder: string): Promise<readonly string[]> => readdir(folder).catch(noneIfMissing(folder));

function noneIfMissing(folder: string): (cause: unknown) => never[] {
  return (cause) => {
    if (isMissing(cause)) return [];
    throw listError(folder, cause);
  };
}

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );

const removed = (path: string): Promise<void> =>
  rm(path, { recursive: true, force: true }).catch(rethrow(path, writeError));
