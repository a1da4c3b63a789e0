import type { Preprocessing } from "../image/preprocessing.ts";
import { preprocessingPresets } from "../image/presets.ts";
import { imageInput, pictureSize } from "../models/image-input.ts";
import type { Graph } from "../onnx/graph.ts";

/**
 * Preprocessing to try a model with where the numbers do not matter, because what a step takes depends on the pictures' size
 * alone.
 *
 * @param size the graph's own by default
 */
export const exactPictures = (graph: Graph, size = pictureSize(graph)): Preprocessing => ({
  ...preprocessingPresets.imagenet,
  resize: { kind: "exact", ...size },
  crop: undefined,
  layout: imageInput(graph).layout,
});
