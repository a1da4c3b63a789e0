import { randomUUID } from "node:crypto";
import { copyFile, rename, rm, symlink } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { z } from "zod";
import { HostError, ModelError } from "../../base/errors.ts";
import { rethrow, writeError } from "../../base/file-errors.ts";
import { makeFolders } from "../../base/node/make-folders.ts";
import type { FetchOptions, Hub, Snapshot } from "../hub.ts";
import { isInside } from "../inside.ts";
import type { HubReference } from "../reference.ts";
import { filesBelow, isFile, parsed, RepoFolder } from "./cache.ts";
import { download } from "./download.ts";
import { keptRepos, pruneIn, removeFrom } from "./kept.ts";
import { locked } from "./lock.ts";
import type { Patience, Requests } from "./requests.ts";
import { type Environment, type HubSettings, hubSettings } from "./settings.ts";
import type { StopSignal } from "./stop.ts";
import { fetchFile, keptFile } from "./web-files.ts";
import { keptWeb, pruneWeb, removeFile } from "./web-kept.ts";

export interface NodeHubOptions {
  readonly env?: Environment;
  readonly patience?: Patience;
  /** Told where a fetch has nobody of its own to tell. */
  readonly onProgress?: FetchOptions["onProgress"];
  /** Asked between pieces of a fetch whether it is still wanted. */
  readonly signal?: StopSignal | undefined;
}

/** The Hugging Face Hub, or what speaks its paths, with a cache on disk that is laid out as huggingface_hub's. */
export function nodeHub({ env = process.env, patience, onProgress, signal }: NodeHubOptions = {}): Hub {
  return {
    fetch: async (reference, options) => {
      const settings = hubSettings(env);
      if (!settings.offline) {
        // What speaks to the network is loaded by those alone who need it.
        const { Requests } = await import("./requests.ts");
        const requests = new Requests(settings, { patience, signal });
        return fetched(reference, { onProgress, ...options }, { settings, requests });
      }
      const known = await found(reference, options, settings);
      if (known) return known;
      throw missing(reference, settings);
    },
    find: (reference, options) => found(reference, options, hubSettings(env)),
    fetchFile: async (address, options) => {
      const settings = hubSettings(env);
      const here = await keptFile(address, options, settings);
      if (here) return here;
      const { Requests } = await import("./requests.ts");
      const { webManner } = await import("./web-manner.ts");
      const manner = webManner(new URL(address.href), address.login);
      const requests = new Requests(settings, { patience, signal, manner });
      return fetchFile(address, { onProgress, ...options }, { settings, requests });
    },
    kept: async () => {
      const { cacheFolder, webFolder } = hubSettings(env);
      return { folder: cacheFolder, repos: await keptRepos(cacheFolder), web: await keptWeb(webFolder) };
    },
    remove: async (repo) => removeFrom(hubSettings(env).cacheFolder, repo),
    removeFile: async (address) => removeFile(address, hubSettings(env).webFolder),
    prune: async () => {
      const { cacheFolder, webFolder } = hubSettings(env);
      return (await pruneIn(cacheFolder)) + (await pruneWeb(webFolder));
    },
  };
}

const isCommit = (revision: string): boolean => /^[0-9a-f]{40}$/.test(revision);

type Choice = Pick<FetchOptions, "choose">;

/** What is wanted where all of it is on this machine; chosen from what lies there where the hub was never asked what there is. */
async function found(
  reference: HubReference,
  { choose }: Choice,
  settings: HubSettings,
): Promise<Snapshot | undefined> {
  const { repo, revision } = reference;
  const folder = new RepoFolder(settings.cacheFolder, repo);
  const commit = isCommit(revision) ? revision : await folder.commitOf(revision);
  if (commit === undefined) return undefined;
  const snapshot = folder.snapshot(commit);
  const files = chosen(choose, (await folder.listOf(commit)) ?? (await filesBelow(snapshot)));
  return files && (await areFiles(snapshot, files)) ? { folder: snapshot, commit, files } : undefined;
}

function chosen(choose: Choice["choose"], files: readonly string[]): readonly string[] | undefined {
  try {
    return choose(files);
  } catch (error) {
    if (error instanceof ModelError) return undefined;
    throw error;
  }
}

const missing = ({ repo, revision }: HubReference, { cacheFolder }: HubSettings): HostError =>
  new HostError("offline", `${repo}${revision === "main" ? "" : ` at ${revision}`} is not on this machine.`, {
    hint: `HF_HUB_OFFLINE is set, and ${cacheFolder} has no model of it. Fetch it once with a network, or copy that folder from a machine that has it.`,
  });

interface Online {
  readonly settings: HubSettings;
  readonly requests: Requests;
}

async function fetched(reference: HubReference, options: FetchOptions, online: Online): Promise<Snapshot> {
  const { revision } = reference;
  const folder = new RepoFolder(online.settings.cacheFolder, reference.repo);
  // A commit never changes: where we know what it has, and that is here, the hub need not be asked.
  const isPinned = isCommit(revision) && (await folder.listOf(revision)) !== undefined;
  const known = isPinned ? await found(reference, options, online.settings) : undefined;
  // A note for `prune`: a cache that cannot be written is not pruned either.
  if (known) await folder.want(revision).catch(() => {});
  if (known) return known;
  return snapshotOf(await repoOf(reference, online), { reference, folder }, { options, online });
}

interface Place {
  readonly reference: HubReference;
  readonly folder: RepoFolder;
}

async function snapshotOf(
  { sha, siblings }: RepoAnswer,
  { reference, folder }: Place,
  { options, online }: { readonly options: FetchOptions; readonly online: Online },
): Promise<Snapshot> {
  const names = siblings.map(({ rfilename }) => rfilename);
  const files = options.choose(names);
  // A hub is a stranger.
  const outside = files.find((file) => !isInside(file));
  if (outside !== undefined) {
    const message = `${reference.repo} has a file "${outside}", which would lie outside of its folder.`;
    throw new HostError("unreachable", message);
  }
  const fetchAll = async () => {
    await folder.rememberList(sha, names);
    for (const file of files) await bring({ file, commit: sha, folder, reference }, options, online);
    if (isCommit(reference.revision)) await folder.want(sha);
    else await folder.remember(reference.revision, sha);
  };
  // What is here already is read also where nothing can be written.
  const isHere = (await areFiles(folder.snapshot(sha), files)) && (await isKnown(sha, { reference, folder }));
  if (!isHere) await locked(folder.lock, fetchAll, { signal: online.requests.signal });
  return { folder: folder.snapshot(sha), commit: sha, files };
}

/** Whether it is written down that this revision is the commit. */
const isKnown = async (commit: string, { reference, folder }: Place): Promise<boolean> =>
  isCommit(reference.revision) || (await folder.commitOf(reference.revision)) === commit;

/** Whether all of these are files, and no links to where there are none. */
const areFiles = async (folder: string, names: readonly string[]): Promise<boolean> =>
  (await Promise.all(names.map((name) => isFile(join(folder, name))))).every(Boolean);

const repoSchema = z.object({
  sha: z.string().regex(/^[0-9a-f]{40}$/),
  siblings: z.array(z.object({ rfilename: z.string() })),
});

type RepoAnswer = z.output<typeof repoSchema>;

async function repoOf({ repo, revision }: HubReference, { settings, requests }: Online): Promise<RepoAnswer> {
  const address = `${settings.endpoint}/api/models/${repo}/revision/${encodeURIComponent(revision)}`;
  const answer = repoSchema.safeParse(parsed(await requests.text(address, { what: repo })));
  if (answer.success) return answer.data;
  throw new HostError("unreachable", `${new URL(address).host} does not answer as a hub does.`, {
    hint: "Is HF_ENDPOINT right? A login page of the network may have answered instead.",
    cause: answer.error,
  });
}

interface Wanted extends Place {
  readonly file: string;
  readonly commit: string;
}

/** Puts one file where its snapshot has it, fetched where its bytes are not here under another name or commit. */
async function bring(wanted: Wanted, { onProgress }: FetchOptions, { settings, requests }: Online): Promise<void> {
  const { file, commit, folder, reference } = wanted;
  const place = join(folder.snapshot(commit), file);
  if (await isFile(place)) return;
  const path = file.split("/").map(encodeURIComponent).join("/");
  const address = `${settings.endpoint}/${reference.repo}/resolve/${commit}/${path}`;
  const what = `${reference.repo}/${file}`;
  const { etag, sizeBytes } = await about(address, what, requests);
  const blob = folder.blob(etag);
  if (!(await isFile(blob))) {
    await makeFolders(dirname(blob)).catch(rethrow(blob, writeError));
    const onBytes = onProgress && ((done: number) => onProgress({ file, done, total: sizeBytes }));
    await download(requests, { address, to: blob, sizeBytes, etag, what, onBytes });
  }
  await link(blob, place);
}

/** What the hub says of a file before it sends it: large ones it keeps elsewhere, under their SHA-256. */
async function about(address: string, what: string, requests: Requests) {
  const { headers, body } = await requests.send(address, { method: "HEAD", what, leaves: false });
  await body?.cancel();
  const etag = (headers.get("x-linked-etag") ?? headers.get("etag") ?? "").replace(/^W\//, "").replaceAll('"', "");
  const size = headers.get("x-linked-size") ?? headers.get("content-length");
  const sizeBytes = Number(size ?? Number.NaN);
  if (/^[\w.-]+$/.test(etag) && !/^\.+$/.test(etag) && Number.isSafeInteger(sizeBytes)) return { etag, sizeBytes };
  throw new HostError(
    "unreachable",
    `${new URL(address).host} does not say how large ${what} is, and what its bytes are called.`,
    {
      hint: "It does not speak the Hub's paths in full: a mirror has to pass ETag and Content-Length on.",
    },
  );
}

/** A relative link, so that the cache may be moved; a copy where the disk has no links. */
async function link(blob: string, place: string): Promise<void> {
  try {
    await makeFolders(dirname(place));
    await rm(place, { force: true });
    await symlink(relative(dirname(place), blob), place).catch(() => copyWhole(blob, place));
  } catch (cause) {
    throw writeError(place, cause);
  }
}

/** A copy that is never seen half made. */
async function copyWhole(from: string, to: string): Promise<void> {
  const temporary = `${to}.${randomUUID()}`;
  try {
    await copyFile(from, temporary);
    await rename(temporary, to);
  } finally {
    await rm(temporary, { force: true });
  }
}
