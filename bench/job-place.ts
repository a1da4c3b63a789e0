import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeHost } from "../src/hosts/node.ts";
import { encodeSafetensors } from "../src/hub/safetensors.ts";
import { loadBase } from "../src/tasks/base-model.ts";
import { shared, whySkipped } from "../test/shared.ts";
import { baseWeights } from "./base-weights.ts";
import type { JobPlace } from "./programs.ts";

/** Where the job is done, or why it is not. */
export type JobSite = { readonly place: JobPlace; readonly close: () => Promise<void> } | { readonly reason: string };

/** A temporary folder with the weights for the peers, and the shared pictures and model; `close` removes the folder. */
export async function openJobSite(): Promise<JobSite> {
  const [data, model] = [shared("data/hymenoptera"), shared("models/mobilenet_v2_1.0_224")];
  if (data === undefined || model === undefined) return { reason: `The whole job is left out: it ${whySkipped}.` };
  const folder = await mkdtemp(join(tmpdir(), "regraft-bench-"));
  const close = () => rm(folder, { recursive: true, force: true });
  const weights = join(folder, "base.safetensors");
  try {
    const { graph } = await loadBase(model, {}, nodeHost());
    await writeFile(weights, encodeSafetensors(baseWeights(graph)));
  } catch (error) {
    await close();
    throw error;
  }
  return { place: { data, model, weights, out: join(folder, "run") }, close };
}
