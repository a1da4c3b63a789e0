import { constants, type Stats } from "node:fs";
import { open, readdir, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { HostError } from "../../base/errors.ts";
import { isMissing, listError, readError, rethrow, writeError } from "../../base/file-errors.ts";
import { makeFolders } from "../../base/node/make-folders.ts";
import { utf8 } from "../../base/utf8.ts";
import { type FileContent, type FolderEntry, isInPieces, type Store } from "../store.ts";
import { cleanPath } from "./clean-path.ts";
import { openFile, refuseDevice } from "./node-file.ts";
import { nodeLock } from "./node-lock.ts";
import { nodeScratch, temporaryName } from "./node-scratch.ts";

/** The disk. */
export function nodeStore(): Store {
  return {
    join,
    clean: cleanPath,
    baseName: basename,
    read: (path) => readBytes(path),
    open: (path) => openFile(cleanPath(path)),
    readText: async (path) => utf8.decode(await readBytes(path), { fatal: false }),
    realPath: (path) => realpath(cleanPath(path)).catch(rethrow(path, readError)),
    kind: (path) => kind(cleanPath(path)),
    list: async (path) => (await readdir(path).catch(rethrow(path, listError))).sort(),
    entries,
    write: (path, content) => writeWhole(cleanPath(path), content).catch(rethrow(path, writeError)),
    append: (path, content) => appendWhole(cleanPath(path), content).catch(rethrow(path, writeError)),
    makeFolder: async (path) => {
      await makeFolders(cleanPath(path)).catch(rethrow(path, writeError));
    },
    rename: (from, to) => move(cleanPath(from), cleanPath(to)),
    remove: (path) => rm(cleanPath(path), { recursive: true, force: true }).catch(rethrow(path, writeError)),
    scratch: nodeScratch,
    lock: (path, options) => nodeLock(cleanPath(path), options),
  };
}

async function readBytes(path: string): Promise<Uint8Array> {
  await refuseDevice(cleanPath(path));
  return readFile(cleanPath(path), { flag: readAtOnce }).catch(rethrow(path, readError));
}

/** Should a pipe have come meanwhile, it is read empty: nobody is waited for. */
const readAtOnce = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

async function entries(path: string): Promise<readonly FolderEntry[]> {
  const found = await readdir(path, { withFileTypes: true }).catch(rethrow(path, listError));
  found.sort((a, b) => (a.name < b.name ? -1 : 1));
  return Promise.all(
    found.map(async (entry) => {
      const isLink = entry.isSymbolicLink();
      return { name: entry.name, kind: isLink ? await linkedKind(join(path, entry.name)) : kindOf(entry), isLink };
    }),
  );
}

/** A link that cannot be followed (broken, circular, forbidden) is nobody's fault until someone reads it. */
const linkedKind = (path: string): Promise<FolderEntry["kind"]> => stat(path).then(kindOf, () => undefined);

const kindOf = (found: Pick<Stats, "isDirectory" | "isFile">): FolderEntry["kind"] =>
  found.isDirectory() ? "folder" : found.isFile() ? "file" : undefined;

async function kind(path: string): Promise<FolderEntry["kind"]> {
  try {
    return kindOf(await stat(path));
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw readError(path, cause);
  }
}

/** The content is on the disk before the name points to it, and the name before this returns. */
async function writeWhole(path: string, content: FileContent): Promise<void> {
  const folder = dirname(path);
  await makeFolders(folder);
  const temporary = join(folder, temporaryName());
  try {
    await writeSynced(temporary, content);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause;
  }
  await syncFolder(folder);
}

async function writeSynced(path: string, content: FileContent): Promise<void> {
  const file = await open(path, "wx");
  try {
    // Each call goes on where the one before it ended.
    for (const piece of isInPieces(content) ? content : [content]) await file.writeFile(piece);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Windows opens no folders, and writes its names through by itself. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** All of it or nothing: what a full disk took of a line is cut off again. */
async function appendWhole(path: string, content: string | Uint8Array): Promise<void> {
  await makeFolders(dirname(path));
  const file = await open(path, "a");
  try {
    const before = await file.stat();
    await file.writeFile(content).catch(async (cause: unknown) => {
      if (before.isFile()) await file.truncate(before.size);
      throw cause;
    });
  } finally {
    await file.close();
  }
}

async function move(from: string, to: string): Promise<void> {
  if ((await kind(to)) === "folder") {
    throw new HostError("write-failed", `${from} cannot be moved: the folder ${to} exists.`, {
      hint: "Remove it first, or name another place.",
    });
  }
  try {
    await makeFolders(dirname(to));
    await rename(from, to);
    await syncFolder(dirname(to));
  } catch (cause) {
    throw isMissing(cause) && (await kind(from)) === undefined ? readError(from, cause) : writeError(to, cause);
  }
}
