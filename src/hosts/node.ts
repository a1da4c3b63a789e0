import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import type { FetchProgress } from "../hub/hub.ts";
import { nodeHub } from "../hub/node/node-hub.ts";
import { sharpDecoder } from "../image/node/sharp-decoder.ts";
import { sharpEncoder } from "../image/node/sharp-encoder.ts";
import { nodeHdf5Trial } from "../keras/node/node-hdf5-trial.ts";
import { nodeRuntime } from "../runtime/node/node-runtime.ts";
import { nodeStore } from "../store/node/node-store.ts";
import type { Host } from "../tasks/host.ts";
import { nodeMemory, nodeThreads } from "./node-resources.ts";

export interface NodeHostOptions {
  /** Told of what is being fetched from a hub. */
  readonly onFetch?: ((progress: FetchProgress) => void) | undefined;
  /** Told, as a sentence, what is done otherwise than its user may think. */
  readonly onNotice?: ((sentence: string) => void) | undefined;
  /** Ends a fetch that is no longer wanted. */
  readonly signal?: { readonly aborted: boolean } | undefined;
}

/** A laptop or server: onnxruntime-node, sharp, the disk, the Hugging Face Hub. */
export function nodeHost({ onFetch, onNotice, signal }: NodeHostOptions = {}): Host {
  const about = packageFile();
  const engines = Object.fromEntries(
    ["onnxruntime-node", "sharp"].map((name) => [name, about.dependencies[name] ?? "?"]),
  );
  return {
    store: nodeStore(),
    runtime: nodeRuntime,
    decoder: sharpDecoder(),
    encoder: sharpEncoder(),
    hub: nodeHub({ onProgress: onFetch, signal }),
    tryHdf5: nodeHdf5Trial(),
    notice: onNotice,
    now: () => performance.now(),
    date: () => new Date().toISOString(),
    threads: nodeThreads(),
    memory: nodeMemory,
    scratchFolder: tmpdir(),
    shippedModels: fileURLToPath(new URL("../../models", import.meta.url)),
    versions: { regraft: about.version, node: process.versions.node, ...engines },
  };
}

/** Dependencies are pinned, so the package file tells what is installed. */
function packageFile(): { readonly version: string; readonly dependencies: Readonly<Record<string, string>> } {
  return JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
}
