import { createHash } from "node:crypto";
import { readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { UsageError } from "../../base/errors.ts";
import { rethrow, writeError } from "../../base/file-errors.ts";
import { makeFolders } from "../../base/node/make-folders.ts";
import type { WebFile } from "../hub.ts";
import { isInside } from "../inside.ts";
import type { WebAddress } from "../web-address.ts";
import { isFile, namesIn, parsed, writeWhole } from "./cache.ts";
import { isSafe } from "./settings.ts";

const inside = z.string().refine(isInside);

/** What is known of a model that is here: written when all of its files stand where they belong. */
const recordSchema = z.object({
  /** Without its query. */
  address: z.string(),
  /** Below the cache, "/" between its parts. */
  folder: inside,
  /** Names in that folder; the model comes last. */
  files: z.array(z.object({ name: inside, sizeBytes: z.number().int().min(0) })).min(1),
  /** Of the model's bytes. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** When it was fetched, as ISO 8601. */
  fetched: z.string(),
});

export type WebRecord = z.output<typeof recordSchema>;

/** A record with where it is kept. */
export interface KnownRecord extends WebRecord {
  readonly key: string;
}

/**
 * What was fetched from the web: files as their addresses have them, <host>/<folders>/<file>, so that those that a model names
 * lie beside it. Of an address with a query, which may be a secret, only a hash is kept. In .regraft/ are, under a hash of
 * the address: a record of what is here, a lock, and a folder of downloads that are not whole.
 */
export class WebCache {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  record(key: string): string {
    return join(this.folder, ".regraft", `${key}.json`);
  }

  lock(key: string): string {
    return join(this.folder, ".regraft", `${key}.lock`);
  }

  /** What has come of a model that is not here yet. */
  staging(key: string): string {
    return join(this.folder, ".regraft", `${key}.parts`);
  }

  /** Keys of models of which parts are here. */
  async stagings(): Promise<readonly string[]> {
    const names = await namesIn(join(this.folder, ".regraft"));
    return names.flatMap((name) => /^([0-9a-f]+)\.parts$/.exec(name)?.[1] ?? []);
  }

  /** undefined where there is none, or it is not ours. */
  async read(key: string): Promise<KnownRecord | undefined> {
    const text = await readFile(this.record(key), "utf8").catch(() => "");
    const { data } = recordSchema.safeParse(parsed(text));
    return data && { ...data, key };
  }

  /** @throws {HostError} "read-failed" */
  async records(): Promise<readonly KnownRecord[]> {
    const names = await namesIn(join(this.folder, ".regraft"));
    const keys = names.flatMap((name) => /^([0-9a-f]+)\.json$/.exec(name)?.[1] ?? []);
    const all = await Promise.all(keys.map((key) => this.read(key)));
    return all.filter((record) => record !== undefined);
  }

  /** The model of a record; undefined where a file of it is gone, or is another one by now. */
  async whole({ address, folder, files, sha256 }: WebRecord): Promise<WebFile | undefined> {
    const place = join(this.folder, ...folder.split("/"));
    const sizes = await Promise.all(files.map(({ name }) => sizeOfFile(join(place, name))));
    if (sizes.some((size, at) => size !== files[at]?.sizeBytes)) return undefined;
    return { address, folder: place, files: files.map(({ name }) => name), sha256 };
  }

  /**
   * Puts files that have come where they belong, the model last: whoever is stopped half-way leaves none that is whole.
   *
   * @param staged where each has come to, by its name
   * @throws {HostError} "write-failed" · "disk-full"
   */
  async put(key: string, record: WebRecord, staged: ReadonlyMap<string, string>): Promise<void> {
    const before = await this.read(key);
    await this.forget(key);
    const place = join(this.folder, ...record.folder.split("/"));
    for (const { name } of record.files) {
      const [from, to] = [staged.get(name) ?? "", join(place, name)];
      await makeFolders(dirname(to)).catch(rethrow(to, writeError));
      await rename(from, to).catch(rethrow(to, writeError));
    }
    const kept = new Set(record.files.map(({ name }) => name));
    const stale = (before?.files ?? []).filter(({ name }) => !kept.has(name));
    if (before) await this.removeFiles({ ...before, files: stale });
    await writeWhole(this.record(key), JSON.stringify(record));
  }

  /** From then on the model is not here. @throws {HostError} "write-failed" */
  async forget(key: string): Promise<void> {
    await rm(this.record(key), { force: true }).catch(rethrow(this.record(key), writeError));
  }

  /**
   * Removes files that no other record names, and the folders that are empty then.
   *
   * @returns their size in bytes
   * @throws {HostError} "write-failed" · "read-failed"
   */
  async removeFiles({ folder, files, key }: Pick<KnownRecord, "folder" | "files" | "key">): Promise<number> {
    const others = (await this.records()).filter((other) => other.key !== key && other.folder === folder);
    const used = new Set(others.flatMap((other) => other.files.map(({ name }) => name)));
    let freed = 0;
    for (const { name } of files.filter((file) => !used.has(file.name))) {
      const path = join(this.folder, ...folder.split("/"), name);
      freed += (await sizeOfFile(path)) ?? 0;
      await rm(path, { force: true }).catch(rethrow(path, writeError));
      await this.#removeEmpty(dirname(path));
    }
    return freed;
  }

  /** Up to the cache itself. */
  async #removeEmpty(folder: string): Promise<void> {
    if (!folder.startsWith(join(this.folder, "x").slice(0, -1)) || (await namesIn(folder)).length > 0) return;
    await rm(folder, { recursive: true, force: true }).catch(rethrow(folder, writeError));
    await this.#removeEmpty(dirname(folder));
  }
}

/** Where the cache has an address. */
export interface WebPlace {
  /** Names the address, query included, and does not tell it. */
  readonly key: string;
  /** Below the cache, "/" between its parts. */
  readonly folder: string;
  /** Of the model. */
  readonly file: string;
  readonly url: URL;
  /** Without its query. */
  readonly shown: string;
}

/** @throws {UsageError} "bad-option" for what is no address, or not encrypted and not this machine */
export function placeOf({ href, shown }: WebAddress): WebPlace {
  // The error of URL would tell the whole address.
  if (!URL.canParse(href)) throw new UsageError("bad-option", `"${shown}" is not an address.`);
  const url = new URL(href);
  if (!isSafe(url)) {
    throw new UsageError("bad-option", `${shown} is not encrypted: what comes could be changed on its way.`, {
      hint: "Write https://; http:// is for this machine only (127.0.0.1, localhost).",
    });
  }
  const host = url.port === "" ? url.hostname : `${url.hostname}+${url.port}`;
  const parts = [host, ...url.pathname.split("/").slice(1)].map(asName);
  const query = url.search === "" ? [] : [`query-${hashOf(url.search)}`];
  return {
    key: hashOf(`${url.origin}${url.pathname}${url.search}`),
    folder: [...parts.slice(0, -1), ...query].join("/"),
    file: parts.at(-1) ?? "",
    url,
    shown: `${url.origin}${url.pathname}`,
  };
}

/** A part of an address as every disk takes it for a name. Two that become one are told apart by their records. */
const asName = (part: string): string => part.replace(/[^\w.%+=@,~-]|^\.|\.$/g, "_").slice(-100) || "_";

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 32);

export const nameOf = (parts: unknown): string => hashOf(JSON.stringify(parts));

/** undefined where there is no file. */
export async function sizeOfFile(path: string): Promise<number | undefined> {
  return (await isFile(path)) ? (await stat(path)).size : undefined;
}
