import { type Tensor, tensor } from "../../src/base/tensor.ts";
import { float64, floatsOf } from "./elements.ts";
import { at, axisOf, broadcastOffset, indicesOf, offsetOf, stridesOf, withAxis } from "./index-space.ts";
import type { Kernel, Kernels } from "./kernel.ts";

/**
 * Y = (X - mean) / √(var + epsilon) · scale + B per channel (axis 1): with the given statistics, or in training mode
 * with the batch's own (population variance), which are then mixed into the running ones.
 */
const BatchNormalization: Kernel<"BatchNormalization"> = (inputs, { epsilon, momentum, training_mode }) => {
  const { X, scale, B, input_mean, input_var } = inputs;
  const batch = momentsOf(X, (index) => at(index, 1), at(X.shape, 1));
  const mean = training_mode ? batch.mean : floatsOf(input_mean);
  const variance = training_mode ? batch.variance : floatsOf(input_var);
  const [x, s, b] = [floatsOf(X), floatsOf(scale), floatsOf(B)];
  const offset = broadcastOffset(X.shape);
  const Y = float64(X.shape, (index) => {
    const c = at(index, 1);
    return ((at(x, offset(index)) - at(mean, c)) / Math.sqrt(at(variance, c) + epsilon)) * at(s, c) + at(b, c);
  });
  const running = (old: Tensor, now: Float64Array) =>
    float64(old.shape, ([c = 0]) => at(floatsOf(old), c) * momentum + at(now, c) * (1 - momentum));
  return training_mode ? [Y, running(input_mean, batch.mean), running(input_var, batch.variance)] : [Y];
};

/** Y = (X - mean) / √(var + epsilon) · Scale + B, statistics over the axes from `axis` on. */
const LayerNormalization: Kernel<"LayerNormalization"> = ({ X, Scale, B }, { axis, epsilon }) => {
  const from = axisOf(axis, X.shape.length);
  const kept = X.shape.map((extent, at) => (at < from ? extent : 1));
  const rowOf = broadcastOffset(kept);
  const { mean, variance } = momentsOf(X, rowOf, indicesOf(kept).length);
  const invStdDev = variance.map((value) => 1 / Math.sqrt(value + epsilon));
  const [x, scale, b] = [floatsOf(X), floatsOf(Scale), B && floatsOf(B)];
  const [offset, scaleOffset] = [broadcastOffset(X.shape), broadcastOffset(Scale.shape)];
  const bOffset = B && broadcastOffset(B.shape);
  const Y = float64(X.shape, (index) => {
    const row = rowOf(index);
    const normal = (at(x, offset(index)) - at(mean, row)) * at(invStdDev, row);
    return normal * at(scale, scaleOffset(index)) + (b && bOffset ? at(b, bOffset(index)) : 0);
  });
  return [Y, tensor("float64", kept, mean), tensor("float64", kept, invStdDev)];
};

/** Y = (X - mean) / √(var + epsilon) · scale + bias per channel, with the statistics of each bucket. */
function perBucket(X: Tensor, { bucketOf, buckets, epsilon }: Buckets, scale: Tensor, bias: Tensor): Tensor {
  const { mean, variance } = momentsOf(X, bucketOf, buckets);
  const [x, s, b] = [floatsOf(X), floatsOf(scale), floatsOf(bias)];
  const offset = broadcastOffset(X.shape);
  return float64(X.shape, (index) => {
    const [c, bucket] = [at(index, 1), bucketOf(index)];
    const normal = (at(x, offset(index)) - at(mean, bucket)) / Math.sqrt(at(variance, bucket) + epsilon);
    return normal * at(s, c) + at(b, c);
  });
}

/** Statistics over each channel of each example. */
const InstanceNormalization: Kernel<"InstanceNormalization"> = ({ input, scale, B }, { epsilon }) => {
  const [N, C] = [at(input.shape, 0), at(input.shape, 1)];
  const bucketOf: Offset = (index) => at(index, 0) * C + at(index, 1);
  return [perBucket(input, { bucketOf, buckets: N * C, epsilon }, scale, B)];
};

/** Statistics over each group of neighbouring channels of each example. */
const GroupNormalization: Kernel<"GroupNormalization"> = ({ X, scale, bias }, { num_groups: groups = 1, epsilon }) => {
  const [N, C] = [at(X.shape, 0), at(X.shape, 1)];
  const bucketOf: Offset = (index) => at(index, 0) * groups + Math.floor((at(index, 1) * groups) / C);
  return [perBucket(X, { bucketOf, buckets: N * groups, epsilon }, scale, bias)];
};

interface Buckets {
  readonly bucketOf: Offset;
  readonly buckets: number;
  readonly epsilon: number;
}

type Offset = (index: readonly number[]) => number;

/** Mean and population variance of the elements that `bucketOf` puts together. */
function momentsOf(X: Tensor, bucketOf: Offset, buckets: number) {
  const x = floatsOf(X);
  const indices = indicesOf(X.shape);
  const [mean, variance] = [new Float64Array(buckets), new Float64Array(buckets)];
  const count = x.length / buckets;
  indices.forEach((index, flat) => {
    const bucket = bucketOf(index);
    mean[bucket] = at(mean, bucket) + at(x, flat) / count;
  });
  indices.forEach((index, flat) => {
    const bucket = bucketOf(index);
    variance[bucket] = at(variance, bucket) + (at(x, flat) - at(mean, bucket)) ** 2 / count;
  });
  return { mean, variance };
}

/** Y = X / (bias + alpha / size · Σ X²)^beta, the sum over the channels c - ⌊(size-1)/2⌋ to c + ⌈(size-1)/2⌉. */
const LRN: Kernel<"LRN"> = ({ X }, { alpha, beta, bias, size = 1 }) => {
  const [x, strides, channels] = [floatsOf(X), stridesOf(X.shape), at(X.shape, 1)];
  const Y = float64(X.shape, (index) => {
    const c = at(index, 1);
    const [first, last] = [c - Math.floor((size - 1) / 2), c + Math.ceil((size - 1) / 2)];
    let squares = 0;
    for (let near = Math.max(first, 0); near <= Math.min(last, channels - 1); near++) {
      squares += at(x, offsetOf(withAxis(index, 1, near), strides)) ** 2;
    }
    return at(x, offsetOf(index, strides)) / (bias + (alpha / size) * squares) ** beta;
  });
  return [Y];
};

export const normalization: Kernels<
  "BatchNormalization" | "LayerNormalization" | "InstanceNormalization" | "GroupNormalization" | "LRN"
> = {
  BatchNormalization,
  LayerNormalization,
  InstanceNormalization,
  GroupNormalization,
  LRN,
};
