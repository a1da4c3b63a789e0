import type { Value } from "../onnx/builder.ts";
import type { Layers } from "./layers.ts";
import { mobilenetV2 } from "./mobilenet-v2.ts";
import { basicBlock, bottleneck, resnet } from "./resnet.ts";
import { linearStarts, normalStarts } from "./starts.ts";
import { vgg } from "./vgg.ts";
import type { Starts } from "./weight-source.ts";

interface Architecture {
  /** Pixels [N, 3, H, W] to logits [N, classes]. */
  readonly body: (
    layers: Layers,
    pixels: Value,
    options: { readonly classes: number; readonly width: number },
  ) => Value;
  readonly starts: Starts;
  /** The smallest side of a picture in pixels. */
  readonly smallest: number;
  /** Whether its channels can be multiplied. */
  readonly hasWidth: boolean;
  /** The layer that gives logits. */
  readonly classifier: string;
  /** Parts that are unfrozen by name, from the picture on; names of nodes say in which they are. */
  readonly stages: readonly string[];
}

const numbered = (name: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => `${name}${at + 1}`);

const vggRow = {
  starts: normalStarts,
  smallest: 32,
  hasWidth: false,
  classifier: "classifier.6",
  stages: numbered("block", 5),
} as const;
const resnetRow = {
  starts: linearStarts,
  smallest: 1,
  hasWidth: false,
  classifier: "fc",
  stages: numbered("layer", 4),
} as const;

export type ArchitectureName =
  | "vgg16"
  | "vgg19"
  | "vgg16_bn"
  | "resnet18"
  | "resnet34"
  | "resnet50"
  | "resnet101"
  | "resnet152"
  | "mobilenet_v2";

/** torchvision's networks, by its names. */
export const architectures: { readonly [A in ArchitectureName]: Architecture } = {
  vgg16: { ...vggRow, body: vgg({ depths: [2, 2, 3, 3, 3] }) },
  vgg19: { ...vggRow, body: vgg({ depths: [2, 2, 4, 4, 4] }) },
  vgg16_bn: { ...vggRow, body: vgg({ depths: [2, 2, 3, 3, 3], batchNorm: true }) },
  resnet18: { ...resnetRow, body: resnet({ block: basicBlock, depths: [2, 2, 2, 2] }) },
  resnet34: { ...resnetRow, body: resnet({ block: basicBlock, depths: [3, 4, 6, 3] }) },
  resnet50: { ...resnetRow, body: resnet({ block: bottleneck, depths: [3, 4, 6, 3] }) },
  resnet101: { ...resnetRow, body: resnet({ block: bottleneck, depths: [3, 4, 23, 3] }) },
  resnet152: { ...resnetRow, body: resnet({ block: bottleneck, depths: [3, 8, 36, 3] }) },
  mobilenet_v2: {
    body: mobilenetV2,
    starts: normalStarts,
    smallest: 1,
    hasWidth: true,
    classifier: "classifier.1",
    stages: numbered("block", 7),
  },
};

export const architectureNames = Object.keys(architectures) as readonly ArchitectureName[];

export const isArchitecture = (name: string): name is ArchitectureName => Object.hasOwn(architectures, name);
