import { type CaseBuilder, type GradientCase, positive, uniform } from "../../src/autodiff/gradient-cases/case.ts";
import type { Random } from "../../src/base/random.ts";
import { sizeOf } from "../../src/base/shape.ts";
import { floats } from "../../src/base/tensor.ts";
import type { Value } from "../../src/onnx/builder.ts";
import { at } from "./index-space.ts";

/** A layer under construction: what it may draw on besides its input. */
interface Drawing extends CaseBuilder {
  readonly random: Random;
  /** A trainable tensor with a name of its own, within ±1.5/√(fan-in), so that no activation saturates. */
  weight(shape: readonly number[]): Value;
  /** What layers before this one made: the input of a skip connection. */
  readonly earlier: readonly Value[];
  /** Channels come in multiples of so many, except the picture's. */
  readonly width: number;
}

/** A layer on feature maps [N, C, H, W]; undefined where it does not fit them. */
type Layer = (drawing: Drawing, h: Value) => Value | undefined;

const extent = (value: Value, axis: number): number => {
  const found = value.shape?.[axis];
  if (typeof found !== "number") throw new Error(`axis ${axis} of "${value.name}" is not known`);
  return found;
};

const channels = (value: Value): number => extent(value, 1);

/** Channels as the layers count them. */
const maps = ({ width }: Drawing, value: Value): number => channels(value) / width;

const activations: readonly ((drawing: Drawing, h: Value) => Value)[] = [
  ({ g }, h) => g.Relu(h),
  ({ g }, h) => g.LeakyRelu(h, { alpha: 0.1 }),
  ({ g }, h) => g.Clip(h, g.float(0), g.float(1)),
  ({ g }, h) => g.HardSwish(h),
  ({ g }, h) => g.Tanh(h),
  ({ g }, h) => g.Gelu(h),
  ({ g }, h) => g.Mul(h, g.Sigmoid(h)),
  ({ g }, h) => g.Softplus(h),
  ({ g }, h) => g.Mish(h),
  ({ g }, h) => g.Selu(h),
  ({ g }, h) => g.Sin(h),
  ({ g, weight }, h) => g.PRelu(h, weight([channels(h), 1, 1])),
];

const activated: Layer = (drawing, h) => at(activations, drawing.random.int(activations.length))(drawing, h);

function convolved(drawing: Drawing, h: Value, outputs: number, { kernel = 3, stride = 1, group = 1 } = {}): Value {
  const pad = (kernel - 1) / 2;
  const W = drawing.weight([outputs, channels(h) / group, kernel, kernel]);
  return drawing.g.Conv(h, W, drawing.weight([outputs]), {
    group,
    strides: [stride, stride],
    pads: [pad, pad, pad, pad],
  });
}

const layers: Readonly<Record<string, Layer>> = {
  convolution: (drawing, h) =>
    convolved(drawing, h, (2 + drawing.random.int(3)) * drawing.width, {
      kernel: at([1, 3], drawing.random.int(2)),
      stride: extent(h, 2) > 3 ? 1 + drawing.random.int(2) : 1,
    }),
  depthwise: (drawing, h) => convolved(drawing, h, channels(h), { group: channels(h) }),
  grouped: (drawing, h) => (channels(h) % 2 === 0 ? convolved(drawing, h, 4 * drawing.width, { group: 2 }) : undefined),
  normalization: (drawing, h) => {
    const { g, weight, fixed, earlier } = drawing;
    const shape = [channels(h)];
    const [mean, variance] = [`mean ${earlier.length}`, `variance ${earlier.length}`];
    return g.BatchNormalization(h, weight(shape), weight(shape), fixed(mean, shape), fixed(variance, shape, positive));
  },
  "normalization by groups": ({ g, weight }, h) =>
    channels(h) % 2 === 0
      ? g.GroupNormalization(h, weight([channels(h)]), weight([channels(h)]), { num_groups: 2, epsilon: 0.1 })
      : undefined,
  "normalization by example": ({ g, weight }, h) =>
    extent(h, 2) > 1
      ? g.InstanceNormalization(h, weight([channels(h)]), weight([channels(h)]), { epsilon: 0.1 })
      : undefined,
  "local response": ({ g }, h) => g.LRN(h, { size: 3, alpha: 0.1 }),
  "mixed channels": ({ g, weight, width }, h) =>
    g.Einsum(h, weight([channels(h), 3 * width]), { equation: "nchw,cd->ndhw" }),
  "reflected border": ({ g }, h) =>
    extent(h, 2) > 1 && extent(h, 2) < 7
      ? g.Pad(h, g.ints([0, 0, 1, 0, 0, 0, 0, 1]), undefined, undefined, { mode: "reflect" })
      : undefined,
  enlarged: ({ g }, h) =>
    extent(h, 2) < 4
      ? g.Resize(h, undefined, g.initializer(`scales ${h.name}`, floats([1, 1, 2, 1.5])), undefined, { mode: "linear" })
      : undefined,
  "space to depth": (drawing, h) =>
    maps(drawing, h) < 4 && extent(h, 2) % 2 === 0 && extent(h, 3) % 2 === 0
      ? drawing.g.SpaceToDepth(h, { blocksize: 2 })
      : undefined,
  "depth to space": ({ g }, h) =>
    channels(h) % 4 === 0 && extent(h, 2) < 5 ? g.DepthToSpace(h, { blocksize: 2 }) : undefined,
  activated,
  "convolution and activation": (drawing, h) => activated(drawing, convolved(drawing, h, channels(h))),
  residual: (drawing, h) => drawing.g.Add(h, convolved(drawing, h, channels(h))),
  skip: ({ g, earlier }, h) => {
    const alike = earlier.find(({ name, shape }) => name !== h.name && `${shape}` === `${h.shape}`);
    return alike && g.Add(h, alike);
  },
  "squeeze and excite": (drawing, h) => {
    const { g } = drawing;
    return g.Mul(h, g.Sigmoid(convolved(drawing, g.GlobalAveragePool(h), channels(h), { kernel: 1 })));
  },
  maxPool: ({ g }, h) =>
    extent(h, 2) > 3 ? g.MaxPool(h, { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }) : undefined,
  averagePool: ({ g }, h) => (extent(h, 2) > 2 ? g.AveragePool(h, { kernel_shape: [2, 2] }) : undefined),
  dense: (drawing, h) =>
    maps(drawing, h) < 6
      ? drawing.g.Concat(h, convolved(drawing, h, 2 * drawing.width, { kernel: 1 }), { axis: 1 })
      : undefined,
  "gated halves": ({ g }, h) => {
    if (channels(h) % 2 !== 0 || channels(h) < 4) return undefined;
    const [signal = h, gate = h] = g.outputs("Split", [h], { axis: 1, num_outputs: 2 }, 2);
    return g.Mul(signal, g.Sigmoid(gate));
  },
};

const poolings: readonly ((drawing: Drawing, h: Value) => Value)[] = [
  ({ g }, h) => g.Flatten(g.GlobalAveragePool(h)),
  ({ g }, h) => g.ReduceMean(h, g.ints([2, 3]), { keepdims: 0 }),
  ({ g }, h) => g.Flatten(h),
  ({ g }, h) => g.Reshape(g.GlobalMaxPool(h), g.ints([0, -1])),
];

const endings: readonly ((drawing: Drawing, logits: Value) => Value)[] = [
  (_, logits) => logits,
  ({ g }, logits) => g.LogSoftmax(logits),
  ({ g }, logits) => g.Softmax(logits),
  ({ g, weight }, logits) => g.LayerNormalization(logits, weight([3]), weight([3])),
  ({ g }, logits) => g.ReduceSumSquare(logits, g.ints([1])),
];

/**
 * A small convolutional network drawn from `random`: 3 to 7 layers with skips and branches, a head, maybe a softmax.
 *
 * @param options.width the layers' channels are 2 to 4 times so many, mostly
 */
export const randomNetwork =
  (random: Random, { width = 1 }: { readonly width?: number } = {}): GradientCase =>
  (builder) => {
    const earlier: Value[] = [builder.x("X", ["N", 2 + random.int(3), 6, 6])];
    let weights = 0;
    const weight = (shape: readonly number[]) => {
      const bound = shape.length > 1 ? 1.5 / Math.sqrt(sizeOf(shape.slice(1))) : 0.5;
      return builder.x(`weight ${weights++}`, shape, uniform(-bound, bound));
    };
    const drawing: Drawing = { ...builder, random, weight, earlier, width };
    const wanted = 4 + random.int(5);
    while (earlier.length < wanted) {
      const layer = at(Object.values(layers), random.int(Object.keys(layers).length));
      const made = layer(drawing, at(earlier, earlier.length - 1));
      if (made) earlier.push(made);
    }
    const features = at(poolings, random.int(poolings.length))(drawing, at(earlier, earlier.length - 1));
    const hidden = builder.g.Tanh(
      builder.g.Gemm(features, weight([4, extent(features, 1)]), weight([4]), { transB: 1 }),
    );
    const logits = builder.g.Add(builder.g.MatMul(hidden, weight([4, 3])), weight([3]));
    return [at(endings, random.int(endings.length))(drawing, logits)];
  };
