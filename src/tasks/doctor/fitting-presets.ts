import { RegraftError } from "../../base/errors.ts";
import { inputSize } from "../../image/preprocess.ts";
import { preprocessingPresets } from "../../image/presets.ts";
import { imageInput } from "../../models/image-input.ts";
import type { LoadedModel } from "../../models/model-folder.ts";
import { sized } from "../base-model.ts";

/** The presets of preprocessing that make pictures as the graph takes them, and the size where the graph names one. */
export function fittingPresets({ model: { graph } }: LoadedModel) {
  const { height, width } = imageInput(graph);
  const size = height === undefined || width === undefined ? undefined : { height, width };
  const presets = Object.entries(preprocessingPresets).flatMap(([name, preset]) => {
    const made = inputSize(preset);
    const isItsSize = !size || (size.height === made.height && size.width === made.width);
    return isItsSize && accepts(() => sized(graph, preset)) ? [name] : [];
  });
  return { presets, size };
}

function accepts(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch (error) {
    if (error instanceof RegraftError) return false;
    throw error;
  }
}
