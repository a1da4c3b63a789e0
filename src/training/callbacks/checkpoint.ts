import { safetensorsPieces } from "../../hub/safetensors.ts";
import type { Tensors } from "../../runtime/runtime.ts";
import type { Store } from "../../store/store.ts";
import type { Callback, EpochRecord } from "../events.ts";
import { improves, type Monitor, readings } from "./monitor.ts";

export interface CheckpointOptions {
  readonly store: Store;
  /** Holds the folders `last` and `best`. */
  readonly folder: string;
  readonly phase: string;
  readonly monitor?: Monitor;
  /** What an epoch must beat to become `best`. */
  readonly toBeat?: EpochRecord | undefined;
}

/**
 * After each epoch writes `last` (weights and optimizer slots), and `best` (weights) when the epoch is the best so
 * far: each a folder with state.safetensors and state.json, complete or not there at all.
 */
export function checkpoint({ store, folder, phase, monitor = "valLoss", toBeat }: CheckpointOptions): Callback {
  let best = toBeat;
  return async (event, control) => {
    if (event.type !== "epoch") return;
    const note = JSON.stringify({ phase, epoch: event.epoch, ...readings(event) }, null, 2);
    await writeCheckpoint(store, store.join(folder, "last"), await control.state(), note);
    if (!improves(event, best, monitor)) return;
    best = event;
    await writeCheckpoint(store, store.join(folder, "best"), await control.weights(), note);
  };
}

/** Writes a checkpoint under a temporary name, then puts it in the place of the old one. */
async function writeCheckpoint(store: Store, path: string, tensors: Tensors, note: string): Promise<void> {
  const fresh = `${path}.tmp`;
  await store.remove(fresh);
  await store.write(store.join(fresh, "state.safetensors"), safetensorsPieces(tensors));
  await store.write(store.join(fresh, "state.json"), note);
  await store.remove(path);
  await store.rename(fresh, path);
}
