import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { HostError, ModelError } from "../../base/errors.ts";
import { rethrow, writeError } from "../../base/file-errors.ts";
import { requireDescription } from "../../base/json.ts";
import { makeFolders } from "../../base/node/make-folders.ts";
import type { WebFetchOptions, WebFile } from "../hub.ts";
import { isInside } from "../inside.ts";
import type { WebAddress } from "../web-address.ts";
import { isFile, parsed } from "./cache.ts";
import { download, Replaced, sha256Of } from "./download.ts";
import { locked } from "./lock.ts";
import type { Requests } from "./requests.ts";
import type { HubSettings } from "./settings.ts";
import { nameOf, placeOf, sizeOfFile, WebCache, type WebPlace } from "./web-cache.ts";
import { type Described, describe, isDescription } from "./web-description.ts";

/** A file may be replaced at its address so often while it is fetched. */
const mostReplacements = 3;

/**
 * What is here, where it is to be used.
 *
 * @throws {HostError} "offline" where nothing is, and the network is not to be used · {UsageError} "bad-option"
 */
export async function keptFile(
  address: WebAddress,
  { anew = false }: Pick<WebFetchOptions, "anew">,
  { webFolder, offline }: HubSettings,
): Promise<WebFile | undefined> {
  const { key, shown } = placeOf(address);
  const found = anew && !offline ? undefined : await wholeIn(new WebCache(webFolder), key);
  const isOther = found !== undefined && address.sha256 !== undefined && found.sha256 !== address.sha256;
  if (found && !isOther) return found;
  if (!offline) return undefined;
  const message = isOther ? `What is here of ${shown} has another SHA-256.` : `${shown} is not on this machine.`;
  throw new HostError("offline", message, {
    hint: "HF_HUB_OFFLINE is set. Fetch it once with a network (regraft models pull), or bring the file here and name it.",
  });
}

async function wholeIn(cache: WebCache, key: string): Promise<WebFile | undefined> {
  const record = await cache.read(key);
  return record && cache.whole(record);
}

interface Online {
  readonly settings: HubSettings;
  readonly requests: Requests;
}

/** As `Hub.fetchFile`, where `keptFile` has nothing. */
export async function fetchFile(address: WebAddress, options: WebFetchOptions, online: Online): Promise<WebFile> {
  const place = placeOf(address);
  const cache = new WebCache(online.settings.webFolder);
  const work = async () => {
    // Another process may have fetched it meanwhile.
    const found = await keptFile(address, options, online.settings);
    return found ?? new Fetch({ address, place, cache, options, requests: online.requests }).all();
  };
  return locked(cache.lock(place.key), work, { signal: online.requests.signal });
}

interface FetchParts {
  readonly address: WebAddress;
  readonly place: WebPlace;
  readonly cache: WebCache;
  readonly options: WebFetchOptions;
  readonly requests: Requests;
}

/** One model, fetched with what belongs to it. */
class Fetch {
  readonly #parts: FetchParts;
  /** Where each file has come to, by its name. */
  readonly #staged = new Map<string, string>();

  constructor(parts: FetchParts) {
    this.#parts = parts;
  }

  async all(): Promise<WebFile> {
    const { place, cache, options } = this.#parts;
    const { file, folder, key, shown } = place;
    const model = await this.#bring(file, place.url);
    const sha256 = await sha256Of(model);
    await this.#check(sha256, model);
    const { needed, welcome } = await options.beside(model);
    for (const name of new Set(needed)) await this.#bring(name, this.#addressOf(name));
    for (const name of welcome) await this.#bringIfThere(name);
    const names = [...this.#staged.keys()].filter((name) => name !== file);
    const files = await Promise.all(
      [...names, file].map(async (name) => ({ name, sizeBytes: await this.#sizeOf(name) })),
    );
    const record = { address: shown, folder, files, sha256, fetched: new Date().toISOString() };
    await cache.put(key, record, this.#staged);
    const staging = cache.staging(key);
    await rm(staging, { recursive: true, force: true }).catch(rethrow(staging, writeError));
    return { address: shown, folder: join(cache.folder, ...folder.split("/")), files: [...names, file], sha256 };
  }

  async #sizeOf(name: string): Promise<number> {
    return (await sizeOfFile(this.#staged.get(name) ?? "")) ?? 0;
  }

  async #check(found: string, path: string): Promise<void> {
    const { address, place } = this.#parts;
    if (address.sha256 === undefined || address.sha256 === found) return;
    await rm(path, { force: true });
    throw new HostError("bad-download", `${place.shown} is not the file that #sha256 names: its SHA-256 is ${found}.`, {
      hint: "Something on the way changed it, or the file at that address is another one by now.",
    });
  }

  /** Of a file beside the model. As TensorFlow.js does, the query of the model's address goes with it. */
  #addressOf(name: string): URL {
    const { place } = this.#parts;
    if (!isInside(name) || name === place.file) {
      const message = `${place.shown} names a file "${name}", which would lie outside of its folder.`;
      throw new ModelError("bad-external-data", message, { hint: "Take models from a place that you trust." });
    }
    const url = new URL(name.split("/").map(encodeURIComponent).join("/"), place.url);
    url.search = place.url.search;
    return url;
  }

  async #bringIfThere(name: string): Promise<void> {
    const isThere = !this.#staged.has(name) && name !== this.#parts.place.file;
    if (!isThere) return;
    try {
      await this.#bring(name, this.#addressOf(name), { isWelcome: true });
    } catch (error) {
      const isNone = error instanceof ModelError || (error instanceof HostError && error.code === "access-denied");
      if (!isNone) throw error;
    }
  }

  /** @returns where it has come to, whole */
  async #bring(name: string, url: URL, { isWelcome = false } = {}): Promise<string> {
    const { requests } = this.#parts;
    const what = `${url.origin}${url.pathname}`;
    for (let replaced = 1; ; replaced++) {
      const described = await describe(url, { what, requests });
      try {
        const to = await this.#fetched(name, url, described);
        if (isWelcome) await requireJson(to, name, what);
        this.#staged.set(name, to);
        return to;
      } catch (error) {
        if (!(error instanceof Replaced) || replaced === mostReplacements) throw error;
      }
    }
  }

  async #fetched(name: string, url: URL, described: Described): Promise<string> {
    const { requests, cache, place, options } = this.#parts;
    const { sizeBytes, identity, isDelimited, isSame } = described;
    const what = `${url.origin}${url.pathname}`;
    const staging = cache.staging(place.key);
    // Bytes of two versions never meet: each has a name of its own, and what has none is not gone on with.
    const to = join(staging, nameOf([name, identity ?? "", sizeBytes ?? ""]));
    await makeFolders(staging).catch(rethrow(to, writeError));
    if (identity === undefined) for (const part of [to, `${to}.regraft-incomplete`]) await rm(part, { force: true });
    if (await isFile(to)) return to;
    if (isDescription(name)) requireDescription(sizeBytes ?? 0, what);
    if (sizeBytes === undefined) {
      if (!isDescription(name) || !isDelimited) throw noLength(what);
      const text = await requests.text(url.href, { what });
      requireDescription(text.length, what);
      await writeFile(to, text).catch(rethrow(to, writeError));
      return to;
    }
    const { onProgress } = options;
    const onBytes = onProgress && ((done: number) => onProgress({ file: name, done, total: sizeBytes }));
    await download(requests, { address: url.href, to, sizeBytes, etag: "", what, isSame, onBytes });
    return to;
  }
}

/** A server of an app answers anything with its page; what is welcome and no JSON is not there. */
async function requireJson(path: string, name: string, what: string): Promise<void> {
  if (!name.endsWith(".json") || parsed(await readFile(path, "utf8")) !== undefined) return;
  throw new ModelError("no-such-address", `${what} is not JSON.`);
}

const noLength = (what: string): HostError =>
  new HostError("unreachable", `${new URL(what).host} does not say how large ${what} is.`, {
    hint: "Whether all of it came could not be told. Download the file in another way, look whether it is whole, and name it.",
  });
