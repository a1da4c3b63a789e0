import type { Starts } from "./weight-source.ts";

const layers = {
  Conv: { weight: "he-normal-fan-out", bias: "zeros" },
  BatchNormalization: { weight: "ones", bias: "zeros", running_mean: "zeros", running_var: "ones" },
} as const;

/** As torchvision starts VGG and MobileNetV2. */
export const normalStarts: Starts = { ...layers, Gemm: { weight: "normal-0.01", bias: "zeros" } };

/** As torchvision starts ResNet: its dense layer is left as torch.nn.Linear starts. */
export const linearStarts: Starts = { ...layers, Gemm: { weight: "torch-linear", bias: "torch-linear" } };
