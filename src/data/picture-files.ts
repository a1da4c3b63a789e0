import { RegraftError } from "../base/errors.ts";
import { hasPictureExtension } from "../image/picture-format.ts";
import type { FolderEntry, Store } from "../store/store.ts";

/** A picture file of a labelled folder. */
export interface PictureFile {
  readonly path: string;
  /** Relative to the folder, with "/" between the parts: "ants/nest/1.jpg". */
  readonly name: string;
  readonly label: number;
  /** The one true path of the file, by which two names of it are known as one. */
  readonly real: string;
  /** Whether the name leads there by a link. */
  readonly isLinked: boolean;
}

/** What archives and file managers leave behind. */
const junk: ReadonlySet<string> = new Set(["__MACOSX", "@eaDir", "System Volume Information"]);
const isHidden = (name: string): boolean => name.startsWith(".") || junk.has(name);

/** Names of the folders inside a folder, by code unit, hidden ones left out. */
export async function foldersIn(store: Store, folder: string): Promise<readonly string[]> {
  return (await visible(store, folder)).filter(({ kind }) => kind === "folder").map(({ name }) => name);
}

/** Names of the picture files right inside a folder. */
export async function picturesIn(store: Store, folder: string): Promise<readonly string[]> {
  return (await visible(store, folder)).filter(isPicture).map(({ name }) => name);
}

/** Names of the files right inside a folder that are not read as pictures. */
export async function filesBeside(store: Store, folder: string): Promise<readonly string[]> {
  return (await visible(store, folder))
    .filter((entry) => entry.kind === "file" && !isPicture(entry))
    .map(({ name }) => name);
}

/**
 * The pictures of each class, `<root>/<class>/**`, each file once: where several names lead to one file, the name that
 * is no link stays, or the first.
 *
 * @param labels label of each class's folder
 * @returns for each class its files, in the order of their paths, those behind linked folders last
 */
export async function picturesByClass(
  store: Store,
  root: string,
  labels: ReadonlyMap<string, number>,
): Promise<readonly (readonly PictureFile[])[]> {
  const real = await store.realPath(root);
  const found = await Promise.all(
    [...labels].map(async ([name, label]) => {
      const path = store.join(root, name);
      const own = await store.realPath(path);
      return picturesBelow(store, { path, name, label, real: own, isLinked: own !== store.join(real, name) });
    }),
  );
  const kept = keepOne(found.flat());
  return found.map((files) => files.filter((file) => kept.has(file)));
}

function keepOne(files: readonly PictureFile[]): ReadonlySet<PictureFile> {
  const byPath = new Map<string, PictureFile>();
  for (const file of files) {
    const known = byPath.get(file.real);
    if (!known || (known.isLinked && !file.isLinked)) byPath.set(file.real, file);
  }
  return new Set(byPath.values());
}

/** Linked folders come last and each true folder is walked once, so that links in a circle end. */
async function picturesBelow(store: Store, top: PictureFile): Promise<readonly PictureFile[]> {
  const found: PictureFile[] = [];
  const walked = new Set<string>();
  const linked: PictureFile[] = [top];
  const walk = async (folder: PictureFile): Promise<void> => {
    if (walked.has(folder.real)) return;
    walked.add(folder.real);
    for (const entry of await visible(store, folder.path)) {
      if (isPicture(entry)) found.push(await inside(store, folder, entry));
      else if (entry.kind === "folder" && entry.isLink) linked.push(await inside(store, folder, entry));
      else if (entry.kind === "folder") await walk(await inside(store, folder, entry));
    }
  };
  for (const folder of linked) await walk(folder);
  return found;
}

/** Only links are asked for their true path: what is no link lies where its folder lies. */
async function inside(store: Store, folder: PictureFile, entry: FolderEntry): Promise<PictureFile> {
  const path = store.join(folder.path, entry.name);
  const leadsSomewhere = entry.isLink && entry.kind !== undefined;
  return {
    path,
    name: `${folder.name}/${entry.name}`,
    label: folder.label,
    real: (leadsSomewhere ? await realPath(store, path) : undefined) ?? store.join(folder.real, entry.name),
    isLinked: folder.isLinked || entry.isLink,
  };
}

/** Undefined for what has gone since it was listed: whoever reads it tells of that. */
async function realPath(store: Store, path: string): Promise<string | undefined> {
  try {
    return await store.realPath(path);
  } catch (error) {
    if (error instanceof RegraftError && error.code === "no-such-file") return undefined;
    throw error;
  }
}

/**
 * A link that leads nowhere, and a pipe or a device, is a picture that cannot be read, so that it is counted and named rather
 * than passed over.
 */
const isPicture = ({ name, kind }: FolderEntry): boolean => kind !== "folder" && hasPictureExtension(name);

async function visible(store: Store, folder: string): Promise<readonly FolderEntry[]> {
  return (await store.entries(folder)).filter(({ name }) => !isHidden(name));
}
