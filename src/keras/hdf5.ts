import type { Dataset, Group } from "h5wasm";
import { ModelError } from "../base/errors.ts";
import { formatShape, sizeOf } from "../base/shape.ts";
import { floats, type Tensor, tensor } from "../base/tensor.ts";

/** An HDF5 file that lies in memory. Paths are "group/group/dataset"; "" is the file itself. */
export interface Hdf5File {
  /** Names inside of a group; undefined where there is no such group. */
  list(path: string): readonly string[] | undefined;
  /** Paths of all datasets under a group, below its own. */
  datasets(path: string): readonly string[];
  /** A text that is kept as an attribute of a group. */
  text(path: string, attribute: string): string | undefined;
  /** Real numbers. @throws {ModelError} "bad-weights" for a dataset that holds something else */
  tensor(path: string): Tensor<"float32"> | undefined;
}

/**
 * Opens the bytes of an HDF5 file for as long as `use` runs. The library, HDF5 itself as WebAssembly, is loaded by the first
 * call. It sees a file system of its own with this one file: a file that refers to others leads nowhere.
 *
 * @throws {ModelError} "bad-keras" where it is no HDF5 file, or cut off
 */
export async function withHdf5<T>(bytes: Uint8Array, use: (file: Hdf5File) => T): Promise<T> {
  if (!isHdf5(bytes)) throw bad("This is not an HDF5 file");
  const { ready, File, Dataset: Datasets, Group: Groups } = await import("h5wasm");
  const { FS, activate_throwing_error_handler: throwErrors } = await ready;
  // What HDF5 has to say of an error is thrown, not printed.
  throwErrors();
  const place = `/regraft-${opened++}.h5`;
  FS.writeFile(place, bytes);
  try {
    const root = sound("/", () => new File(place, "r"));
    try {
      return use(fileOf(root, { Datasets, Groups, most: LARGEST_RATIO * bytes.length }));
    } finally {
      root.close();
    }
  } finally {
    FS.unlink(place);
  }
}

/** Tensors that would be this many times as large as their file are none that Keras wrote: it keeps numbers as they are. */
const LARGEST_RATIO = 16;

/** Groups can lie in each other, and in themselves: so many deep, and so many looks at a file, are enough for any network. */
const MOST_GROUPS = 100;
const MOST_OBJECTS = 100_000;

/** Names of files in memory are not used twice. */
let opened = 0;

const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a] as const;

export const isHdf5 = (bytes: Uint8Array): boolean => signature.every((byte, at) => bytes[at] === byte);

interface Classes {
  readonly Datasets: typeof Dataset;
  readonly Groups: typeof Group;
  /** Bytes that all tensors together may have. */
  readonly most: number;
}

function fileOf(root: Group, { Datasets, Groups, most }: Classes): Hdf5File {
  let looked = 0;
  const room = roomFor(most);
  const at = (path: string) => {
    if (looked++ > MOST_OBJECTS) throw endless();
    return path === "" ? root : sound(path, () => root.get(path));
  };
  const group = (path: string): Group | undefined => {
    const found = at(path);
    return found instanceof Groups ? found : undefined;
  };
  const datasets = (path: string, depth = 0): readonly string[] => {
    if (depth > MOST_GROUPS) throw endless();
    return (group(path)?.keys() ?? []).flatMap((name) => {
      const inner = path === "" ? name : `${path}/${name}`;
      const found = at(inner);
      if (found instanceof Datasets) return [name];
      return found instanceof Groups ? datasets(inner, depth + 1).map((deeper) => `${name}/${deeper}`) : [];
    });
  };
  return {
    list: (path) => group(path)?.keys(),
    datasets: (path) => datasets(path),
    text: (path, attribute) => {
      const value = sound(path, () => group(path)?.attrs[attribute]?.value);
      return typeof value === "string" ? value : undefined;
    },
    tensor: (path) => {
      const found = at(path);
      return found instanceof Datasets ? sound(path, () => numbersIn(found, path, room)) : undefined;
    },
  };
}

/** What HDF5 cannot read is told with its place. */
function sound<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof ModelError) throw cause;
    throw bad(`The HDF5 file cannot be read at "${path}"`, cause);
  }
}

/** Whether there is room for a tensor, each counted once: what is written nowhere takes no byte of a file. */
type Room = (path: string, sizeBytes: number) => boolean;

function roomFor(most: number): Room {
  const counted = new Set<string>();
  let left = most;
  return (path, sizeBytes) => {
    if (counted.has(path)) return true;
    counted.add(path);
    left -= sizeBytes;
    return left >= 0;
  };
}

/** Real numbers of 32 or 64 bits: others are not even read. */
const isReal = (dtype: unknown): boolean => typeof dtype === "string" && /^[<>]?[fd]$/.test(dtype);

function numbersIn(dataset: Dataset, path: string, hasRoom: Room): Tensor<"float32"> {
  const { shape } = dataset;
  if (!hasRoom(path, dataset.metadata.size * sizeOf(shape ?? [])))
    throw bad(`"${path}" would be larger than its file: ${formatShape(shape ?? [])}`);
  const value = isReal(dataset.dtype) ? dataset.value : undefined;
  if (shape && value instanceof Float32Array) return tensor("float32", shape, value);
  if (shape && value instanceof Float64Array) return floats(value, shape);
  if (shape?.length === 0 && typeof value === "number") return floats([value], []);
  throw new ModelError("bad-weights", `"${path}" holds ${String(dataset.dtype)}, not numbers of 32 bits.`, {
    hint: "In Keras, save the model with float32 weights.",
  });
}

const endless = (): ModelError => bad("The HDF5 file has groups in groups without end");

const bad = (message: string, cause?: unknown): ModelError =>
  new ModelError("bad-keras", `${message}.`, { cause, hint: "Download the file again, or save it again in Keras." });
