import { join } from "node:path";
import { HostError } from "../../base/errors.ts";
import type { KeptWeb } from "../hub.ts";
import type { WebAddress } from "../web-address.ts";
import { removed, sizeOf } from "./kept.ts";
import { ifFree } from "./lock.ts";
import { type KnownRecord, placeOf, sizeOfFile, WebCache } from "./web-cache.ts";

/** What was fetched from the web, the largest first. @throws {HostError} "read-failed" */
export async function keptWeb(webFolder: string): Promise<KeptWeb> {
  const cache = new WebCache(webFolder);
  const files = await Promise.all((await cache.records()).map((record) => keptOf(record, cache)));
  const stagings = await Promise.all((await cache.stagings()).map((key) => sizeOf(cache.staging(key))));
  return {
    folder: webFolder,
    files: files.toSorted((a, b) => b.sizeBytes - a.sizeBytes || a.address.localeCompare(b.address)),
    cutBytes: stagings.reduce((sum, size) => sum + size, 0),
  };
}

async function keptOf({ address, folder, files, fetched }: KnownRecord, cache: WebCache) {
  const place = join(cache.folder, ...folder.split("/"));
  const sizes = await Promise.all(files.map(({ name }) => sizeOfFile(join(place, name))));
  return { address, folder: place, sizeBytes: sizes.reduce((sum: number, size) => sum + (size ?? 0), 0), fetched };
}

/** As `Hub.removeFile`. */
export async function removeFile(address: WebAddress, webFolder: string): Promise<number | undefined> {
  const cache = new WebCache(webFolder);
  const { key, shown, url } = placeOf(address);
  const own = await cache.read(key);
  const named = url.search === "" ? (await cache.records()).filter((record) => record.address === shown) : [];
  const wanted = own ? [own] : named;
  let freed = 0;
  for (const record of wanted) freed += await removedModel(record, cache);
  return wanted.length === 0 ? undefined : freed;
}

async function removedModel(record: KnownRecord, cache: WebCache): Promise<number> {
  const freed = await ifFree(cache.lock(record.key), async () => {
    const staging = cache.staging(record.key);
    const size = await sizeOf(staging);
    await cache.forget(record.key);
    await removed(staging);
    return size + (await cache.removeFiles(record));
  });
  if (freed !== undefined) return freed;
  throw new HostError("write-failed", `${record.address} is being fetched by another process.`, {
    hint: "Try again when it is done.",
  });
}

/** Takes off what came of downloads that were cut, and that nobody goes on with now. @returns bytes that are free */
export async function pruneWeb(webFolder: string): Promise<number> {
  const cache = new WebCache(webFolder);
  let freed = 0;
  for (const key of await cache.stagings()) {
    const work = async () => {
      const size = await sizeOf(cache.staging(key));
      await removed(cache.staging(key));
      return size;
    };
    freed += (await ifFree(cache.lock(key), work)) ?? 0;
  }
  return freed;
}
