import type { Hub } from "../hub/hub.ts";
import type { ImageDecoder, ImageEncoder } from "../image/image.ts";
import type { TryHdf5 } from "../keras/hdf5-trial.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Store } from "../store/store.ts";

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
  /** Threads to use where nobody says otherwise: the machine's cores. */
  readonly threads: number;
  /** Bytes of memory: what the process holds now, the most that it has held, and what is free for it. */
  readonly memory: { held(): number; peak(): number; free(): number };
  /** Folder for caches that end with the process. */
  readonly scratchFolder: string;
  /** Folder of the models that come with Regraft, a model folder each. */
  readonly shippedModels: string;
  /** Versions of what runs, by name: regraft, node, onnxruntime-node, ... */
  readonly versions: Readonly<Record<string, string>>;
}
