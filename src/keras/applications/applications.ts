import { ModelError } from "../../base/errors.ts";
import type { KerasLayer, KerasNetwork } from "../network.ts";
import type { Application } from "./application.ts";
import { mobilenetV2 } from "./mobilenet-v2.ts";
import { resnet50 } from "./resnet50.ts";
import { vgg } from "./vgg.ts";

/** Networks of keras.applications that weights alone are enough for. */
export const applications: readonly Application[] = [
  vgg("vgg16", [2, 2, 3, 3, 3]),
  vgg("vgg19", [2, 2, 4, 4, 4]),
  resnet50,
  mobilenetV2,
];

/** Classes of layers that have weights. */
const weighted: ReadonlySet<string> = new Set(["Conv2D", "DepthwiseConv2D", "BatchNormalization", "Dense"]);

/**
 * The network that a file of weights is of.
 *
 * @param isOf whether the file has these layers with weights, and no others
 * @throws {ModelError} "unknown-network"
 */
export function applicationOf(isOf: (layers: readonly KerasLayer[]) => boolean): KerasNetwork {
  for (const { network } of applications) {
    for (const top of [true, false]) {
      const candidate = network(top);
      if (isOf(candidate.layers.filter(({ kind }) => weighted.has(kind)))) return candidate;
    }
  }
  throw new ModelError("unknown-network", "The file holds weights, and nothing says of which network.", {
    hint: `In Keras, save the whole model: model.save("model.keras"). Of weights alone, those of ${applications.map(({ name }) => name).join(", ")} are known.`,
  });
}
