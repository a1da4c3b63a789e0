import { GraphError } from "../base/errors.ts";
import type { RgbImage } from "./image.ts";
import type { Preprocessing } from "./preprocessing.ts";

/**
 * Bytes to the model's numbers: (byte · scale − mean) / std per channel.
 *
 * @param into gets them: [3, height, width] for NCHW, [height, width, 3] for NHWC; channels in the order that the model
 * wants
 * @throws {GraphError} "bad-shape" for an array of another length
 */
export function normalize(image: RgbImage, preprocessing: Preprocessing, into: Float32Array): void {
  const { channels, layout } = preprocessing;
  const { data, width, height } = image;
  const pixels = width * height;
  if (into.length !== pixels * 3) {
    const message = `A picture was prepared as ${width} × ${height} pixels, ${pixels * 3} numbers; ${into.length} are wanted.`;
    throw new GraphError("bad-shape", message);
  }
  const [first, third] = channels === "BGR" ? [2, 0] : [0, 2];
  const a = valuesOfBytes(preprocessing, 0);
  const b = valuesOfBytes(preprocessing, 1);
  const c = valuesOfBytes(preprocessing, 2);
  const [between, step] = layout === "NCHW" ? [pixels, 1] : [1, 3];
  for (let pixel = 0, source = 0, out = 0; pixel < pixels; pixel++, source += 3, out += step) {
    into[out] = a[data[source + first] as number] as number;
    into[out + between] = b[data[source + 1] as number] as number;
    into[out + 2 * between] = c[data[source + third] as number] as number;
  }
}

function valuesOfBytes({ scale, mean, std }: Preprocessing, channel: number): Float32Array {
  const [center, spread] = [mean[channel] ?? 0, std[channel] ?? 1];
  return Float32Array.from({ length: 256 }, (_, byte) => (byte * scale - center) / spread);
}
