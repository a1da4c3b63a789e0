import { sizeOf } from "../../src/base/shape.ts";
import { tensor } from "../../src/base/tensor.ts";
import type { AttributeValues } from "../../src/onnx/ops.ts";
import { floatsOf } from "./elements.ts";
import { at } from "./index-space.ts";
import type { Kernel, Kernels } from "./kernel.ts";
import { halves, outputSize, reach, type Sliding, slidingOf, windows } from "./windows.ts";

/** Y[n, m, p] = B[m] + Σ over c of m's group and taps t of X[n, c, p · stride + t · dilation - pad] · W[m, c, t] */
const Conv: Kernel<"Conv"> = ({ X, W, B }, attributes) => {
  const [batch, channels, ...spatial] = [at(X.shape, 0), at(X.shape, 1), ...X.shape.slice(2)];
  const [maps, perGroup, ...kernel] = [at(W.shape, 0), at(W.shape, 1), ...W.shape.slice(2)];
  const sliding = slidingOf(attributes, spatial, kernel);
  const places = outputSize(spatial, sliding);
  const taps = windows(spatial, places, sliding);
  const [x, w, b] = [floatsOf(X), floatsOf(W), B && floatsOf(B)];
  const [plane, kernelSize, mapsPerGroup] = [sizeOf(spatial), sizeOf(kernel), maps / attributes.group];
  const y = new Float64Array(batch * maps * taps.length);
  let out = 0;
  for (let n = 0; n < batch; n++) {
    for (let m = 0; m < maps; m++) {
      const firstChannel = Math.floor(m / mapsPerGroup) * perGroup;
      for (const window of taps) {
        let sum = b ? at(b, m) : 0;
        for (let c = 0; c < perGroup; c++) {
          const xPlane = (n * channels + firstChannel + c) * plane;
          const wPlane = (m * perGroup + c) * kernelSize;
          for (const { tap, pixel } of window) sum += at(x, xPlane + pixel) * at(w, wPlane + tap);
        }
        y[out++] = sum;
      }
    }
  }
  return [tensor("float64", [batch, maps, ...places], y)];
};

/** The transpose of Conv as a linear map: each X[n, c, p] is spread over Y[n, m, p · stride + t · dilation - pad]. */
const ConvTranspose: Kernel<"ConvTranspose"> = ({ X, W, B }, attributes) => {
  const [batch, channels, ...spatial] = [at(X.shape, 0), at(X.shape, 1), ...X.shape.slice(2)];
  const [, mapsPerGroup, ...kernel] = [at(W.shape, 0), at(W.shape, 1), ...W.shape.slice(2)];
  const { sliding, size } = transposed(attributes, spatial, kernel);
  const taps = windows(size, spatial, sliding);
  const [x, w, b] = [floatsOf(X), floatsOf(W), B && floatsOf(B)];
  const maps = mapsPerGroup * attributes.group;
  const [plane, outPlane, kernelSize] = [sizeOf(spatial), sizeOf(size), sizeOf(kernel)];
  const y = Float64Array.from({ length: batch * maps * outPlane }, (_, flat) =>
    b ? at(b, Math.floor(flat / outPlane) % maps) : 0,
  );
  for (let n = 0; n < batch; n++) {
    for (let c = 0; c < channels; c++) {
      const firstMap = Math.floor(c / (channels / attributes.group)) * mapsPerGroup;
      for (let m = 0; m < mapsPerGroup; m++) {
        const yPlane = (n * maps + firstMap + m) * outPlane;
        const wPlane = (c * mapsPerGroup + m) * kernelSize;
        taps.forEach((window, place) => {
          const value = at(x, (n * channels + c) * plane + place);
          for (const { tap, pixel } of window) y[yPlane + pixel] = at(y, yPlane + pixel) + value * at(w, wPlane + tap);
        });
      }
    }
  }
  return [tensor("float64", [batch, maps, ...size], y)];
};

/** size = stride · (in - 1) + output_padding + reach - pads; where the size is given, the pads follow from it. */
function transposed(
  attributes: AttributeValues<"ConvTranspose">,
  spatial: readonly number[],
  kernel: readonly number[],
): { readonly sliding: Sliding; readonly size: readonly number[] } {
  const { auto_pad, output_shape, output_padding = kernel.map(() => 0) } = attributes;
  const sliding = slidingOf({ ...attributes, auto_pad: "NOTSET" }, spatial, kernel);
  const extents = reach(sliding);
  const full = spatial.map(
    (size, axis) => at(sliding.strides, axis) * (size - 1) + at(output_padding, axis) + at(extents, axis),
  );
  const same = auto_pad === "SAME_UPPER" || auto_pad === "SAME_LOWER";
  const wanted = output_shape ?? (same ? spatial.map((size, axis) => size * at(sliding.strides, axis)) : undefined);
  if (wanted) {
    // ONNX gives an odd pad to the beginning unless auto_pad is SAME_UPPER, also for NOTSET.
    const oddPad = auto_pad === "SAME_UPPER" ? auto_pad : "SAME_LOWER";
    const totals = full.map((size, axis) => Math.max(0, size - at(wanted, axis)));
    return { sliding: { ...sliding, ...halves(totals, oddPad) }, size: wanted };
  }
  const size = full.map((extent, axis) => extent - at(sliding.begin, axis) - at(sliding.end, axis));
  return { sliding, size };
}

export const convolution: Kernels<"Conv" | "ConvTranspose"> = { Conv, ConvTranspose };
