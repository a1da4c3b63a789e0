import type { Value } from "../../onnx/builder.ts";
import { range, spatialExtents } from "../extents.ts";

export interface WindowAttributes {
  readonly auto_pad: string;
  readonly pads: readonly number[] | undefined;
  readonly strides: readonly number[] | undefined;
  readonly dilations: readonly number[] | undefined;
}

/** How a window slides over one spatial axis: output o reads inputs o·stride + k·dilation − before, k < kernel. */
export interface Axis {
  readonly input: number;
  readonly output: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Padding in front. */
  readonly before: number;
  /** Padding behind that the last window touches; negative where inputs at the end are never read. */
  readonly after: number;
}

/**
 * The spatial axes of a sliding window, with auto_pad resolved and every default filled in.
 *
 * @param X [N, C, ...spatial] and Y [N, M, ...spatial], their spatial extents known
 * @param kernel extents of the window, without dilation
 * @throws {GraphError} "bad-shape"
 */
export function axesOfWindow(
  attributes: WindowAttributes,
  X: Value,
  Y: Value,
  kernel: readonly number[],
): readonly Axis[] {
  const [inputs, outputs] = [spatialExtents(X), spatialExtents(Y)];
  return range(inputs.length).map((at) => {
    const sizes = {
      input: inputs[at] ?? 1,
      output: outputs[at] ?? 1,
      kernel: kernel[at] ?? 1,
      stride: attributes.strides?.[at] ?? 1,
      dilation: attributes.dilations?.[at] ?? 1,
    };
    const { input, output, stride, dilation } = sizes;
    const reach = (output - 1) * stride + (sizes.kernel - 1) * dilation + 1;
    const before = frontPadding(attributes, at, Math.max(reach - input, 0));
    return { ...sizes, before, after: reach - before - input };
  });
}

/** @param total padding of both ends, where auto_pad asks for as much as keeps ceil(input / stride) outputs */
function frontPadding({ auto_pad, pads }: WindowAttributes, at: number, total: number): number {
  if (auto_pad === "SAME_UPPER") return Math.floor(total / 2);
  if (auto_pad === "SAME_LOWER") return Math.ceil(total / 2);
  return auto_pad === "VALID" ? 0 : (pads?.[at] ?? 0);
}

/** The attributes of a ConvTranspose that undoes this window: [N, M, ...output] back to [N, C, ...input]. */
export function transposedWindow(axes: readonly Axis[]) {
  return {
    strides: axes.map(({ stride }) => stride),
    dilations: axes.map(({ dilation }) => dilation),
    pads: [...axes.map(({ before }) => before), ...axes.map(({ after }) => Math.max(after, 0))],
    output_padding: axes.map(({ after }) => Math.max(0 - after, 0)),
  } as const;
}
