import type { Attributes } from "../../onnx/graph.ts";

interface Window {
  /** Rows and columns. */
  readonly kernel: readonly number[];
  /** In front of rows and columns, then behind them. */
  readonly pads?: readonly number[] | undefined;
  readonly strides?: readonly number[] | undefined;
  readonly dilations?: readonly number[] | undefined;
}

const ints = (value: readonly number[]) => ({ kind: "ints", value }) as const;

/** The attributes of a pool on blocks, all of them spelled out. */
export const poolAttributes = ({ kernel, pads, strides, dilations }: Window): Attributes => ({
  kernel_shape: ints(kernel),
  pads: ints(pads ?? [0, 0, 0, 0]),
  strides: ints(strides ?? [1, 1]),
  dilations: ints(dilations ?? [1, 1]),
});

/** The same of a convolution. */
export const convAttributes = ({ group = 1, ...window }: Window & { readonly group?: number }): Attributes => ({
  group: { kind: "int", value: group },
  ...poolAttributes(window),
});
