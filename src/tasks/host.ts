import type { MemoryBound } from "../base/memory-bound.ts";
import type { Hub } from "../hub/hub.ts";
import type { ImageDecoder, ImageEncoder } from "../image/image.ts";
import type { TryHdf5 } from "../keras/hdf5-trial.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Store } from "../store/store.ts";

/** The memory of the process, in bytes. */
export interface HostMemory {
  /** What it holds now. */
  held(): number;
  /** The most that it has held. */
  peak(): number;
  /** What is free for it, by the tightest of the bounds. */
  free(): number;
  /** All that limits it: the machine, control groups, ulimit. */
  bounds(): readonly MemoryBound[];
}

/** The machine, as far as Regraft touches it. Made in hosts/; everything below is handed what it needs of it. */
export interface Host {
  readonly store: Store;
  readonly runtime: Runtime;
  readonly decoder: ImageDecoder;
  readonly encoder: ImageEncoder;
  readonly hub: Hub;
  /** Reads an HDF5 file where the reading can be ended; such files are trusted to end where left out. */
  readonly tryHdf5?: TryHdf5 | undefined;
  /** Told, as a sentence, what is done otherwise than its user may think. */
  readonly notice?: ((sentence: string) => void) | undefined;
  /** Milliseconds, from any start. */
  now(): number;
  /** Wall-clock time as ISO 8601. */
  date(): string;
  /** Threads to use where nobody says otherwise: the cores that the process may use. */
  readonly threads: number;
  readonly memory: HostMemory;
  /** Folder for caches that end with the process. */
  readonly scratchFolder: string;
  /** Folder of the models that come with Regraft, a model folder each. */
  readonly shippedModels: string;
  /** Versions of what runs, by name: regraft, node, onnxruntime-node, ... */
  readonly versions: Readonly<Record<string, string>>;
}
