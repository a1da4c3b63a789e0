import type { Preprocessing } from "../image/preprocessing.ts";
import { inOrder, resampleCode } from "./hugging-face-preprocessing.ts";

/**
 * The preprocessor_config.json of a preprocessing: what `readPreprocessorConfig` reads back to the same numbers, and
 * transformers and transformers.js read too. The processor named is the plainest that both know to resize by the
 * short side or exactly, and to crop.
 */
export function preprocessorConfig({ resize, interpolation, crop, scale, mean, std, channels }: Preprocessing) {
  return {
    image_processor_type: "MobileNetV2ImageProcessor",
    do_resize: resize.kind !== "none",
    ...(resize.kind === "shortest-edge" ? { size: { shortest_edge: resize.size } } : {}),
    ...(resize.kind === "exact" ? { size: { height: resize.height, width: resize.width } } : {}),
    resample: resampleCode(interpolation),
    do_center_crop: crop !== undefined,
    ...(crop ? { crop_size: { height: crop.height, width: crop.width } } : {}),
    do_rescale: true,
    rescale_factor: scale,
    do_normalize: true,
    image_mean: inOrder(mean, channels),
    image_std: inOrder(std, channels),
    ...(channels === "BGR" ? { do_flip_channel_order: true } : {}),
  };
}
