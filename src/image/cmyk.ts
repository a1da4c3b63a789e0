/**
 * Inks to light, without a colour profile: R = (1 − C)(1 − K) and so on, each product rounded as Pillow rounds it.
 *
 * @param inks [pixels, channels] bytes, 255 is full ink; channels beyond the fourth are ignored
 * @returns [pixels, 3]
 */
export function cmykToRgb(inks: Uint8Array, channels: number): Uint8Array {
  const pixels = Math.floor(inks.length / channels);
  const rgb = new Uint8Array(pixels * 3);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const white = 255 - (inks[pixel * channels + 3] as number);
    for (let ink = 0; ink < 3; ink++) {
      rgb[pixel * 3 + ink] = white - divide255((inks[pixel * channels + ink] as number) * white);
    }
  }
  return rgb;
}

/** x / 255, rounded, for 0 ≤ x ≤ 255². */
function divide255(x: number): number {
  const shifted = x + 128;
  return (shifted + (shifted >> 8)) >> 8;
}
