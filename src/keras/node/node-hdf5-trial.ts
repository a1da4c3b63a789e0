import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { HostError, ModelError } from "../../base/errors.ts";
import type { TryHdf5 } from "../hdf5-trial.ts";

/** The worker stands beside this file, as compiled JavaScript or as TypeScript, whichever this file is. */
const workerFile = new URL(`./hdf5-worker${extname(import.meta.url)}`, import.meta.url);

interface TrialOptions {
  /** That the reading of a small file may take, in milliseconds; its start takes most of them. */
  readonly patienceMs?: number;
}

/** In a thread of its own, which is ended where it takes far longer than a file of that size does. */
export function nodeHdf5Trial({ patienceMs = 20_000 }: TrialOptions = {}): TryHdf5 {
  return (bytes) =>
    new Promise((resolve, reject) => {
      // A copy, as the bytes are read again afterwards; a Buffer's slice would be none.
      const own = new Uint8Array(bytes);
      const worker = new Worker(workerFile, { workerData: own, transferList: [own.buffer] });
      const end = (how: () => void) => {
        clearTimeout(timer);
        void worker.terminate();
        how();
      };
      // A thousandth of a millisecond for each byte: honest files take a hundredth of that.
      const timer = setTimeout(() => end(() => reject(endless())), patienceMs + bytes.length / 1000);
      worker.once("message", () => end(resolve));
      worker.once("error", (cause) => end(() => reject(failed(cause))));
    });
}

const endless = (): ModelError =>
  new ModelError("bad-keras", "The HDF5 file cannot be read: it is damaged so that reading it has no end.", {
    hint: "Download the file again, or save it again in Keras.",
  });

const failed = (cause: unknown): HostError =>
  new HostError("engine-failed", "The reader of HDF5 files ended by itself.", {
    hint: "The file may be damaged, or larger than there is memory: download it again, or save it again in Keras.",
    cause,
  });
