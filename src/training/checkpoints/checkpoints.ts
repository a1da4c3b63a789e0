import { z } from "zod";
import { crc32c, crc32cOf } from "../../base/crc32c.ts";
import { TrainingError } from "../../base/errors.ts";
import { decodeSafetensors, safetensorsMetadata, safetensorsPieces } from "../../hub/safetensors.ts";
import type { Tensors } from "../../runtime/runtime.ts";
import type { OpenFile, Store } from "../../store/store.ts";
import {
  bestAmong,
  bestFile,
  type CheckpointName,
  checkpointFile,
  checkpointsAmong,
  hex,
  type Place,
} from "./checkpoint-name.ts";

export interface CheckpointsOptions {
  readonly store: Store;
  readonly folder: string;
  /** Checkpoints that stay when a new one is written, from 1. */
  readonly keep: number;
}

/** A checkpoint to be written. */
export interface NewCheckpoint extends Place {
  readonly state: Tensors;
  /** What goes with the tensors, in JSON. */
  readonly note: string;
  /** Files with best weights that it is nothing without. */
  readonly needs: readonly string[];
}

/** A checkpoint as it was read, whole. */
export interface StoredCheckpoint extends Place {
  readonly file: string;
  readonly state: Tensors;
  readonly note: string;
  /** The weights in the files that it needs. */
  readonly needed: ReadonlyMap<string, Tensors>;
}

/** A checkpoint that could not be used, and why. */
export interface RefusedCheckpoint {
  readonly file: string;
  readonly reason: string;
}

/**
 * The folder of a run's checkpoints: each is one safetensors file, complete or not there at all, whose name holds its
 * checksum. The weights of the best epochs lie beside them, so that a checkpoint in the middle of an epoch does not write
 * them again.
 */
export class Checkpoints {
  readonly #options: CheckpointsOptions;

  constructor(options: CheckpointsOptions) {
    this.#options = options;
  }

  /** @returns the name of its file · @throws {HostError} "disk-full" · "write-failed" */
  async writeBest(epoch: number, weights: Tensors): Promise<string> {
    return this.#write((sum) => bestFile(epoch, sum), safetensorsPieces(weights));
  }

  /**
   * Writes a checkpoint, and then takes away those that nobody needs any more.
   *
   * @throws {HostError} "disk-full" · "write-failed": what was there before stays
   */
  async write({ epochs, steps, state, note, needs }: NewCheckpoint): Promise<void> {
    const pieces = safetensorsPieces(state, { checkpoint: note, needs: JSON.stringify(needs) });
    const file = await this.#write((sum) => checkpointFile({ epochs, steps }, sum), pieces);
    await this.#prune(file, needs);
  }

  /**
   * The checkpoint that got furthest, of those that are whole. Those that are not are taken away: what is written from here on
   * would stand behind them.
   *
   * @throws {HostError} "read-failed"
   */
  async latest(): Promise<{
    readonly checkpoint: StoredCheckpoint | undefined;
    readonly refused: readonly RefusedCheckpoint[];
  }> {
    const refused: RefusedCheckpoint[] = [];
    for (const name of checkpointsAmong(await this.#files())) {
      try {
        return { checkpoint: await this.#read(name), refused };
      } catch (error) {
        if (!(error instanceof TrainingError) || error.code !== "bad-checkpoint") throw error;
        refused.push({ file: name.file, reason: error.message });
        await this.#remove(name.file);
      }
    }
    return { checkpoint: undefined, refused };
  }

  /** The tensors of a file with best weights. @throws {TrainingError} "bad-checkpoint" */
  async readBest(file: string): Promise<Tensors> {
    const [name] = bestAmong([file]);
    if (!name) throw bad(`"${file}" is no name of a file with best weights`);
    return decodeSafetensors(await this.#bytes(name));
  }

  async #read({ file, epochs, steps, sum }: CheckpointName): Promise<StoredCheckpoint> {
    const bytes = await this.#bytes({ file, sum });
    const { checkpoint: note = "", needs = "[]" } = safetensorsMetadata(bytes);
    const needed = new Map<string, Tensors>();
    const names = needsSchema.safeParse(JSON.parse(needs));
    if (!names.success) throw bad(`${file} is whole, but it does not name its files`);
    for (const best of names.data) needed.set(best, await this.readBest(best));
    return { file, epochs, steps, state: decodeSafetensors(bytes), note, needed };
  }

  /** A file's content, once its checksum is that of its name. */
  async #bytes({ file, sum }: { readonly file: string; readonly sum: string }): Promise<Uint8Array> {
    const { store, folder } = this.#options;
    const path = store.join(folder, file);
    if ((await store.kind(path)) !== "file") throw bad(`${file} is missing`);
    const bytes = await wholeOf(await store.open(path));
    if (hex(crc32c(bytes)) !== sum) throw bad(`${file} is cut off or was changed: its checksum is another one`);
    return bytes;
  }

  async #write(nameOf: (sum: number) => string, pieces: readonly Uint8Array[]): Promise<string> {
    const { store, folder } = this.#options;
    const file = nameOf(crc32cOf(pieces));
    await store.write(store.join(folder, file), pieces);
    return file;
  }

  /**
   * Keeps the checkpoint just written and those before it that are wanted, and the best weights that they may need: best
   * weights change no more often than checkpoints are written.
   */
  async #prune(written: string, needs: readonly string[]): Promise<void> {
    const { keep } = this.#options;
    const files = await this.#files();
    const others = checkpointsAmong(files).filter(({ file }) => file !== written);
    const older = others.filter((other) => isBehind(other, written)).slice(0, keep - 1);
    const best = bestAmong(files).slice(0, keep);
    const kept = new Set([written, ...needs, ...[...older, ...best].map(({ file }) => file)]);
    for (const { file } of [...others, ...bestAmong(files)]) if (!kept.has(file)) await this.#remove(file);
  }

  async #files(): Promise<readonly string[]> {
    const { store, folder } = this.#options;
    return (await store.kind(folder)) === "folder" ? store.list(folder) : [];
  }

  #remove(file: string): Promise<void> {
    const { store, folder } = this.#options;
    return store.remove(store.join(folder, file));
  }
}

/** Read in parts: what one call of the system reads ends at 2 GiB. */
async function wholeOf(file: OpenFile): Promise<Uint8Array> {
  try {
    const bytes = new Uint8Array(file.sizeBytes);
    await file.read(0, bytes);
    return bytes;
  } finally {
    await file.close();
  }
}

const needsSchema = z.array(z.string());

/** Whether a checkpoint stands before the one in a file: those at the same place, or ahead, are of another course of the run. */
function isBehind({ epochs, steps }: Place, file: string): boolean {
  const [written] = checkpointsAmong([file]);
  return written !== undefined && (epochs < written.epochs || (epochs === written.epochs && steps < written.steps));
}

const bad = (what: string) => new TrainingError("bad-checkpoint", `${what}.`);
