import type { Preprocessing } from "../image/preprocessing.ts";

/** How pictures are prepared, for a person: what happens to their pixels, and the formula for their numbers. */
export function preprocessingWords({ resize, crop, interpolation, channels, scale, mean, std }: Preprocessing) {
  const cut = crop ? `, centre ${crop.width} × ${crop.height}` : "";
  return {
    pixels: `${resizeWords(resize)} (${interpolation})${cut}, ${channels}`,
    numbers: `(byte × ${Number(scale.toPrecision(4))} − [${rounded(mean)}]) / [${rounded(std)}]`,
  };
}

function resizeWords(resize: Preprocessing["resize"]): string {
  switch (resize.kind) {
    case "shortest-edge":
      return `short side to ${resize.size}`;
    case "exact":
      return `to ${resize.width} × ${resize.height}`;
    case "none":
      return "not resized";
  }
}

const rounded = (values: readonly number[]): string => values.map((value) => Number(value.toPrecision(4))).join(" ");
