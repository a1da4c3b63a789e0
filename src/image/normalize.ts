import type { RgbImage } from "./image.ts";
import type { Preprocessing } from "./preprocessing.ts";

/**
 * Bytes to the model's numbers: (byte · scale − mean) / std per channel.
 *
 * @returns [3, height, width] for NCHW, [height, width, 3] for NHWC; channels in the order that the model wants
 */
export function normalize(image: RgbImage, preprocessing: Preprocessing): Float32Array {
  const { channels, layout } = preprocessing;
  const { data } = image;
  const pixels = image.width * image.height;
  const result = new Float32Array(pixels * 3);
  for (let channel = 0; channel < 3; channel++) {
    const values = valuesOfBytes(preprocessing, channel);
    const [start, step] = layout === "NCHW" ? [channel * pixels, 1] : [channel, 3];
    let source = channels === "BGR" ? 2 - channel : channel;
    for (let pixel = 0, out = start; pixel < pixels; pixel++, out += step, source += 3) {
      result[out] = values[data[source] as number] as number;
    }
  }
  return result;
}

function valuesOfBytes({ scale, mean, std }: Preprocessing, channel: number): Float32Array {
  const [center, spread] = [mean[channel] ?? 0, std[channel] ?? 1];
  return Float32Array.from({ length: 256 }, (_, byte) => (byte * scale - center) / spread);
}
