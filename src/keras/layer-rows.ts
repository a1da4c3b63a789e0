import { z } from "zod";
import { activationRows } from "./activation-rows.ts";
import { convolutionRows } from "./convolution-rows.ts";
import { type LayerRow, row } from "./layer-site.ts";
import { normalizationRows } from "./normalization-rows.ts";
import { poolingRows } from "./pooling-rows.ts";
import { shapeRows } from "./shape-rows.ts";

/** What does nothing when a model only answers. */
const identity = row(z.object({}), ({ input }) => input);

/** How each class of Keras' layers is translated. */
export const layerRows: Readonly<Record<string, LayerRow>> = {
  ...convolutionRows,
  ...poolingRows,
  ...normalizationRows,
  ...activationRows,
  ...shapeRows,
  Identity: identity,
  Dropout: identity,
  SpatialDropout2D: identity,
  AlphaDropout: identity,
  GaussianDropout: identity,
  GaussianNoise: identity,
  ActivityRegularization: identity,
  RandomFlip: identity,
  RandomRotation: identity,
  RandomTranslation: identity,
  RandomZoom: identity,
  RandomContrast: identity,
  RandomBrightness: identity,
};

export const layerKinds: readonly string[] = Object.keys(layerRows);

export const rowOf = (kind: string): LayerRow | undefined =>
  Object.hasOwn(layerRows, kind) ? layerRows[kind] : undefined;
