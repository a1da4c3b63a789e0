import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RegraftError } from "../../src/base/errors.ts";
import { arrayDataset } from "../../src/data/array-dataset.ts";
import { nodeHost } from "../../src/hosts/node.ts";
import { dense } from "../../src/rewrite/layers.ts";
import { loadBase } from "../../src/tasks/base-model.ts";
import { graft } from "../../src/tasks/graft.ts";
import type { Host } from "../../src/tasks/host.ts";
import { pooledRuntime } from "../fixtures/pooled-runtime.ts";
import { writeTinyModel } from "../fixtures/tiny-model.ts";

/** How a file fared. */
export type Outcome =
  | { readonly kind: "trained"; readonly loss: number }
  | { readonly kind: "refused"; readonly code: string; readonly message: string }
  /** What no file may lead to. */
  | { readonly kind: "fault"; readonly message: string };

const machine = nodeHost();

/** As on a small machine: the promise is that no file takes more than 2 GB in all. */
const memory = { ...machine.memory, free: () => 2 ** 27 };

/** The real thing over a scratch folder on disk. */
export async function openTrials(): Promise<Trials> {
  const folder = await mkdtemp(join(tmpdir(), "regraft-malformed-"));
  const host: Host = { ...machine, runtime: pooledRuntime(), threads: 1, memory };
  return {
    run: (bytes) => run(bytes, folder, host),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

export interface Trials {
  /** Loads the file as a base, grafts a head on it, trains all of it for one step and predicts. */
  run(bytes: Uint8Array): Promise<Outcome>;
  close(): Promise<void>;
}

async function run(bytes: Uint8Array, folder: string, host: Host): Promise<Outcome> {
  const path = await writeTinyModel(host.store, join(folder, "model"), { bytes });
  try {
    return await trained(path, host);
  } catch (error) {
    if (error instanceof RegraftError) return { kind: "refused", code: error.code, message: error.message };
    return { kind: "fault", message: error instanceof Error ? `${error.stack}` : String(error) };
  }
}

async function trained(path: string, host: Host): Promise<Outcome> {
  const base = await loadBase(path, {}, host);
  const model = graft(base, [dense(2)], { seed: 1 }, host);
  try {
    model.unfreeze("all");
    model.compile({ optimizer: "sgd", loss: "softmaxCrossEntropy" });
    const { epochs } = await model.fit(pictures, { epochs: 1, batch: 2 });
    await model.evaluate(pictures);
    return { kind: "trained", loss: epochs[0]?.loss ?? Number.NaN };
  } finally {
    await model.close();
  }
}

const grey = (level: number) => ({ width: 32, height: 32, data: new Uint8Array(32 * 32 * 3).fill(level) });

const pictures = arrayDataset({ classes: ["dark", "light"], images: [grey(40), grey(200)], labels: [0, 1] });
