import { RegraftError } from "../base/errors.ts";
import { hubReference } from "../hub/reference.ts";
import { labelsOf, readModelConfig } from "../models/model-config.ts";
import type { Host } from "./host.ts";

/** A repository whose config.json names ImageNet's classes, in the order in which all networks that were trained on it give them. */
const source = hubReference("hf:microsoft/resnet-50");
const file = "config.json";

/** How many there are. */
export const imagenetClasses = 1000;

/**
 * What ImageNet's 1000 classes are called: weights that stand alone do not say so. Fetched once.
 *
 * @returns undefined where no hub gives them
 */
export async function imagenetLabels({
  store,
  hub,
}: Pick<Host, "store" | "hub">): Promise<readonly string[] | undefined> {
  try {
    const { folder } = await hub.fetch(source, { choose: () => [file] });
    const labels = labelsOf(readModelConfig(await store.readText(store.join(folder, file))));
    return labels?.length === imagenetClasses ? labels : undefined;
  } catch (error) {
    // A picture can be classified without the names.
    if (error instanceof RegraftError && error.code !== "interrupted") return undefined;
    throw error;
  }
}
