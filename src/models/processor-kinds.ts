/**
 * What differs between the image processors of Hugging Face: how a bare number as `size` is meant, and what they do
 * beside resize, crop, rescale and normalize. By the class name without "ImageProcessor", "ImageProcessorFast" or
 * "FeatureExtractor".
 *
 * @see https://github.com/huggingface/transformers image_processing_*.py of each model
 */
export interface ProcessorKind {
  /** Whether `size: 224` means 224x224, not a short side of 224. */
  readonly square: boolean;
  /**
   * How `size` and crop_pct make a resize and a crop.
   * "plain": as they say. "convnext": below 384 the short side becomes size / crop_pct, then size x size is cut out;
   * from 384 on both sides are scaled. "poolformer": the short side becomes size / crop_pct. "levit": the short side
   * becomes size · 256 / 224.
   */
  readonly sizing: "plain" | "convnext" | "poolformer" | "levit";
  /** Divides by the standard deviation a second time, unless include_top is false. */
  readonly normalizesTwice: boolean;
}

const plain: ProcessorKind = { square: true, sizing: "plain", normalizesTwice: false };
const shortSide: ProcessorKind = { ...plain, square: false };

const kinds: Readonly<Record<string, ProcessorKind>> = {
  Beit: plain,
  Bit: shortSide,
  CLIP: shortSide,
  ConvNext: { ...shortSide, sizing: "convnext" },
  DeiT: plain,
  EfficientNet: { ...plain, normalizesTwice: true },
  Levit: { ...shortSide, sizing: "levit" },
  MobileNetV1: shortSide,
  MobileNetV2: shortSide,
  MobileViT: shortSide,
  PoolFormer: { ...shortSide, sizing: "poolformer" },
  PvT: plain,
  ViT: plain,
};

/** @param type image_processor_type or feature_extractor_type; undefined, like an unknown class, is plain */
export function processorKind(type: string | undefined): ProcessorKind {
  const name = type?.replace(/(ImageProcessor|ImageProcessorFast|FeatureExtractor)$/, "") ?? "";
  const known = Object.entries(kinds).find(([key]) => key.toLowerCase() === name.toLowerCase());
  return known?.[1] ?? plain;
}
