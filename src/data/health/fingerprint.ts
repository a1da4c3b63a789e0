import type { RgbImage } from "../../image/image.ts";
import { commonestColour } from "./commonest-colour.ts";
import { greyCells } from "./grey-cells.ts";
import type { likenessSide, SmallGrey } from "./likeness.ts";
import { hashedSide, type PerceptualHash, perceptualHash } from "./perceptual-hash.ts";

/** What is kept of a picture that was decoded: about a kilobyte. */
export interface Fingerprint {
  readonly width: number;
  readonly height: number;
  readonly hash: PerceptualHash;
  readonly grey: SmallGrey;
  /** The difference of its darkest and its brightest cell, 0 to 255. */
  readonly contrast: number;
  /** The share of its pixels that have its commonest colour, 0 to 1. */
  readonly commonest: number;
}

/** Cells for the hash and for likeness are the same ones. */
const side = hashedSide satisfies typeof likenessSide;

export function fingerprint(image: RgbImage): Fingerprint {
  const cells = greyCells(image, { columns: side, rows: side });
  return {
    width: image.width,
    height: image.height,
    hash: perceptualHash(cells),
    grey: Uint8Array.from(cells, Math.round),
    contrast: cells.reduce((a, b) => Math.max(a, b)) - cells.reduce((a, b) => Math.min(a, b)),
    commonest: commonestColour(image),
  };
}
