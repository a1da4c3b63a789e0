import { HostError, ModelError } from "../base/errors.ts";
import type { ExternalBytes } from "../onnx/decode.ts";
import type { ExternalReference } from "../onnx/file/external-data.ts";
import type { OpenFile, Store } from "../store/store.ts";

/**
 * Reads the weights that a model keeps in other files, each into memory of its own: a file may be larger than one piece
 * of memory can be. Ranges that several tensors name are read once.
 *
 * A model is a stranger's: it must not make us read a file outside of its folder, nor take more memory than its files
 * have bytes.
 *
 * @param model the .onnx file that refers to them
 * @throws {ModelError} "no-external-data" · "bad-external-data" · {HostError} "read-failed" · "out-of-memory"
 */
export async function readExternalData(
  references: readonly ExternalReference[],
  { model, store }: { readonly model: string; readonly store: Store },
): Promise<ExternalBytes> {
  const found = new Map<ExternalReference, Uint8Array>();
  const places = new Map<string, string>();
  for (const [location, inFile] of grouped(references, ({ location }) => location)) {
    places.set(location, await placeOf(inFile, { model, store }));
  }
  // "a" and "./a" are one file, and links are more names of one: what counts is where it is.
  for (const [place, inFile] of grouped(references, ({ location }) => places.get(location) ?? location)) {
    const file = await store.open(place);
    try {
      for (const same of rangesOf(inFile, { location: inFile[0].location, sizeBytes: file.sizeBytes })) {
        const bytes = await readRange(same[0], file);
        for (const reference of same) found.set(reference, bytes);
      }
    } finally {
      await file.close();
    }
  }
  return found;
}

/** One or more. */
type Some<T> = readonly [T, ...T[]];

function grouped<T, K>(items: readonly T[], keyOf: (item: T) => K): ReadonlyMap<K, Some<T>> {
  const groups = new Map<K, [T, ...T[]]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

const placeOf = ([{ tensor, location }]: Some<ExternalReference>, place: Omit<Beside, "holds">): Promise<string> =>
  placeBeside(location, { ...place, holds: `the tensor "${tensor}" is` });

interface Beside {
  /** The file that names the other one. */
  readonly model: string;
  /** What is kept in that one, with its verb: "the weights are". */
  readonly holds: string;
  readonly store: Store;
}

/**
 * The true path of a file of weights: followed to where it is, so that what was checked is what is opened.
 *
 * @param location as the model names it, with "/" between folders
 * @throws {ModelError} "no-external-data" · "bad-external-data" where it lies outside of the model's folder
 */
export async function placeBeside(location: string, { model, holds, store }: Beside): Promise<string> {
  const folder = store.join(model, "..");
  const path = store.join(folder, ...location.split("/"));
  if ((await store.kind(path)) !== "file") {
    throw new ModelError("no-external-data", `There is no file ${path}, in which ${holds} kept.`, {
      hint: `A model is all of its files: fetch ${location} too, and put it beside ${store.baseName(model)}.`,
    });
  }
  const place = await store.realPath(path);
  if (await isOwn(place, { model, folders: [folder], store })) return place;
  const what = `${holds.charAt(0).toUpperCase()}${holds.slice(1)}`;
  throw bad(`${what} kept in ${path}, which leads out of the model's folder, to ${place}`);
}

interface Around {
  readonly model: string;
  /** What belongs to the model. */
  readonly folders: readonly string[];
  readonly store: Store;
}

/**
 * Whether a file belongs to a model: it lies in one of its folders, links followed.
 *
 * @param place its true path
 */
export async function isOwn(place: string, { model, folders, store }: Around): Promise<boolean> {
  // The Hub's cache has links to files that lie together elsewhere: the model itself is then such a link.
  const whole = [store.join(await store.realPath(model), "..")];
  for (const folder of folders) whole.push(await store.realPath(folder));
  return whole.some((one) => isWithin(place, one, store));
}

function isWithin(path: string, folder: string, store: Store): boolean {
  const above = store.join(path, "..");
  return above === folder || (above !== path && isWithin(above, folder, store));
}

/** References by the bytes that they name, checked against the file. */
function rangesOf(
  references: Some<ExternalReference>,
  { location, sizeBytes }: { readonly location: string; readonly sizeBytes: number },
): readonly Some<ExternalReference>[] {
  for (const { tensor, offset, sizeBytes: wanted } of references) {
    if (offset + wanted <= sizeBytes) continue;
    throw bad(`The tensor "${tensor}" needs ${wanted} bytes from ${offset} on of ${location}, which has ${sizeBytes}`);
  }
  const ranges = [...grouped(references, ({ offset, sizeBytes: length }) => `${offset} ${length}`).values()];
  const total = ranges.reduce((sum, [range]) => sum + range.sizeBytes, 0);
  if (total <= sizeBytes) return ranges;
  throw bad(`The tensors in ${location} overlap: they have ${total} bytes, the file ${sizeBytes}`);
}

async function readRange({ tensor, offset, sizeBytes }: ExternalReference, file: OpenFile): Promise<Uint8Array> {
  const bytes = roomFor(tensor, sizeBytes);
  await file.read(offset, bytes);
  return bytes;
}

/** Shared memory where the host has it: the engine's thread then reads it without a copy. */
function roomFor(tensor: string, sizeBytes: number): Uint8Array {
  const Room = globalThis.SharedArrayBuffer ?? ArrayBuffer;
  try {
    return new Uint8Array(new Room(sizeBytes));
  } catch (cause) {
    throw new HostError("out-of-memory", `There is no room for the ${sizeBytes} bytes of the tensor "${tensor}".`, {
      hint: "Close other programs, or use a machine with more memory.",
      cause,
    });
  }
}

const bad = (message: string): ModelError =>
  new ModelError("bad-external-data", `${message}.`, {
    hint: "Fetch or export the model again, with all of its files, from a place that you trust.",
  });
