import { unzippedAll } from "../keras/archive.ts";
import { memoryStore } from "../store/memory-store.ts";
import type { Store } from "../store/store.ts";

export const isZipFile = (file: string): boolean => /\.zip$/i.test(file);

/** A folder that a zip holds, unpacked in memory. */
export interface ZipFolder {
  readonly folder: string;
  readonly store: Store;
}

/**
 * Unpacks a model folder: what lies at the top of a zip, or in its only folder, as Teachable Machine and file managers make them.
 *
 * @throws {ModelError} "bad-keras" where it is no zip, unpacks to far more than it is, or is made to do harm: see `zipEntries`
 */
export async function zipFolder(bytes: Uint8Array): Promise<ZipFolder> {
  const files = [...(await unzippedAll(bytes))].filter(([name]) => !isAside(name));
  const store = memoryStore();
  for (const [name, content] of files) await store.write(`/${name}`, content);
  const tops = new Set(files.map(([name]) => name.split("/")[0] ?? ""));
  const [only = ""] = tops;
  const isOne = tops.size === 1 && files.every(([name]) => name.includes("/"));
  return { folder: isOne ? `/${only}` : "/", store };
}

/** What macOS adds. */
const isAside = (name: string): boolean => name.startsWith("__MACOSX/");
