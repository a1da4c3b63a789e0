import { copyFile, mkdir, rm, stat, symlink } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { z } from "zod";
import { HostError, ModelError } from "../../base/errors.ts";
import { rethrow, writeError } from "../../base/file-errors.ts";
import type { FetchOptions, Hub, Snapshot } from "../hub.ts";
import type { HubReference } from "../reference.ts";
import { filesIn, RepoFolder } from "./cache.ts";
import { download } from "./download.ts";
import { locked } from "./lock.ts";
import type { Patience, Requests } from "./requests.ts";
import { type Environment, type HubSettings, hubSettings } from "./settings.ts";

export interface NodeHubOptions {
  readonly env?: Environment;
  readonly patience?: Patience;
  /** Told where a fetch has nobody of its own to tell. */
  readonly onProgress?: FetchOptions["onProgress"];
}

/** The Hugging Face Hub, or what speaks its paths, with a cache on disk that is laid out as huggingface_hub's. */
export function nodeHub({ env = process.env, patience, onProgress }: NodeHubOptions = {}): Hub {
  return {
    fetch: async (reference, options) => {
      const settings = hubSettings(env);
      if (!settings.offline) {
        // What speaks to the network is loaded by those alone who need it.
        const { Requests } = await import("./requests.ts");
        return fetched(reference, { onProgress, ...options }, { settings, requests: new Requests(settings, patience) });
      }
      const known = await cached(reference, options, settings);
      if (known) return known;
      throw missing(reference, settings);
    },
    find: (reference, options) => cached(reference, options, hubSettings(env)),
  };
}

const isCommit = (revision: string): boolean => /^[0-9a-f]{40}$/.test(revision);

async function cached(reference: HubReference, { choose }: Pick<FetchOptions, "choose">, settings: HubSettings) {
  const { repo, revision } = reference;
  const folder = new RepoFolder(settings.cacheFolder, repo);
  const commit = isCommit(revision) ? revision : await folder.commitOf(revision);
  if (commit === undefined) return undefined;
  const snapshot = folder.snapshot(commit);
  try {
    choose(await filesIn(snapshot));
    return { folder: snapshot, commit };
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
  const { repo, revision } = reference;
  const { settings } = online;
  const folder = new RepoFolder(settings.cacheFolder, repo);
  // A commit never changes: where its files are here, the hub need not be asked.
  const known = isCommit(revision) ? await cached(reference, options, settings) : undefined;
  if (known) return known;
  const { sha, siblings } = await repoOf(reference, online);
  const files = options.choose(siblings.map(({ rfilename }) => rfilename));
  const outside = files.find((file) => !isInside(file));
  if (outside !== undefined) {
    throw new HostError("unreachable", `${repo} has a file "${outside}", which would lie outside of its folder.`);
  }
  for (const file of files) await bring({ file, commit: sha, folder, reference }, options, online);
  if (!isCommit(revision)) await folder.remember(revision, sha);
  return { folder: folder.snapshot(sha), commit: sha };
}

const repoSchema = z.object({
  sha: z.string().regex(/^[0-9a-f]{40}$/),
  siblings: z.array(z.object({ rfilename: z.string() })),
});

/** A hub is a stranger: its names must not lead out of the folder that they are written into. */
function isInside(name: string): boolean {
  return !/[\\\0:]/.test(name) && name.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

async function repoOf(
  { repo, revision }: HubReference,
  { settings, requests }: Online,
): Promise<z.output<typeof repoSchema>> {
  const address = `${settings.endpoint}/api/models/${repo}/revision/${encodeURIComponent(revision)}`;
  const response = await requests.send(address, { what: repo });
  const parsed = repoSchema.safeParse(await response.json().catch(() => undefined));
  if (parsed.success) return parsed.data;
  throw new HostError("unreachable", `${new URL(address).host} does not answer as a hub does.`, {
    hint: "Is HF_ENDPOINT right? A login page of the network may have answered instead.",
    cause: parsed.error,
  });
}

interface Wanted {
  readonly file: string;
  readonly commit: string;
  readonly folder: RepoFolder;
  readonly reference: HubReference;
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
  await locked(folder.lock(etag), async () => {
    if (!(await isFile(blob))) {
      await mkdir(dirname(blob), { recursive: true }).catch(rethrow(blob, writeError));
      const onBytes = onProgress && ((done: number) => onProgress({ file, done, total: sizeBytes }));
      await download(requests, { address, to: blob, sizeBytes, etag, what, onBytes });
    }
    await link(blob, place);
  });
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
    await mkdir(dirname(place), { recursive: true });
    await rm(place, { force: true });
    await symlink(relative(dirname(place), blob), place).catch(() => copyFile(blob, place));
  } catch (cause) {
    throw writeError(place, cause);
  }
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
