import { DataError, type ErrorDetails } from "../base/errors.ts";
import type { ImageDecoder } from "../image/image.ts";
import { hasPictureExtension } from "../image/picture-format.ts";
import type { Store } from "../store/store.ts";
import type { Dataset } from "./dataset.ts";
import { at } from "./subset.ts";

/** Where pictures come from and what turns them into pixels. */
export interface PictureSource {
  readonly store: Store;
  readonly decoder: ImageDecoder;
}

/** A picture file of a labelled folder. */
export interface PictureFile {
  readonly path: string;
  /** Relative to the folder, with "/" between the parts: "ants/nest/1.jpg". */
  readonly name: string;
  readonly label: number;
}

/** What archives and file managers leave behind. */
const junk: ReadonlySet<string> = new Set(["__MACOSX", "@eaDir", "System Volume Information"]);
const isHidden = (name: string): boolean => name.startsWith(".") || junk.has(name);

/** Names of the folders inside a folder, by code unit, hidden ones left out. */
export async function foldersIn(store: Store, folder: string): Promise<readonly string[]> {
  return (await entries(store, folder)).filter(({ kind }) => kind === "folder").map(({ name }) => name);
}

/** Names of the picture files right inside a folder. */
export async function picturesIn(store: Store, folder: string): Promise<readonly string[]> {
  return (await entries(store, folder)).filter(isPicture).map(({ name }) => name);
}

/** Every picture below a class's folder, in the order of their paths. */
export async function picturesBelow(
  store: Store,
  folder: string,
  { name, label }: { readonly name: string; readonly label: number },
): Promise<readonly PictureFile[]> {
  const found: PictureFile[] = [];
  for (const entry of await entries(store, folder)) {
    const inner = { path: store.join(folder, entry.name), name: `${name}/${entry.name}`, label };
    if (isPicture(entry)) found.push(inner);
    else if (entry.kind === "folder") found.push(...(await picturesBelow(store, inner.path, inner)));
  }
  return found;
}

interface Entry {
  readonly name: string;
  readonly kind: "file" | "folder" | undefined;
}

const isPicture = ({ name, kind }: Entry): boolean => kind === "file" && hasPictureExtension(name);

async function entries(store: Store, folder: string): Promise<readonly Entry[]> {
  const names = (await store.list(folder)).filter((name) => !isHidden(name));
  return Promise.all(names.map(async (name) => ({ name, kind: await store.kind(store.join(folder, name)) })));
}

/** A data set over files that were found. */
export function filesDataset(
  classes: readonly string[],
  files: readonly PictureFile[],
  { store, decoder }: PictureSource,
): Dataset {
  return {
    classes,
    size: files.length,
    label: (index) => at(files, index).label,
    name: (index) => at(files, index).name,
    async load(index) {
      const { path, name } = at(files, index);
      const bytes = await store.read(path);
      return decoder.decode(bytes).catch((cause: unknown) => {
        throw cause instanceof DataError ? named(name, cause) : cause;
      });
    },
  };
}

function named(name: string, cause: DataError): DataError {
  const details: ErrorDetails = cause.hint === undefined ? { cause } : { hint: cause.hint, cause };
  return new DataError(cause.code, `${name}: ${cause.message}`, details);
}
