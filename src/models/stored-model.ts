import { ModelError, UsageError } from "../base/errors.ts";
import { decodeSafetensors } from "../hub/safetensors.ts";
import type { Model } from "../onnx/graph.ts";
import { modelOf } from "../onnx/model.ts";
import { storedNetwork } from "../zoo/stored-network.ts";
import type { ModelConfig } from "./model-config.ts";

export interface StoredModelOptions {
  /** What lies beside it: timm's says which network the weights are of, and the size of its pictures. */
  readonly config: ModelConfig | undefined;
}

export const isSafetensors = (file: string): boolean => file.endsWith(".safetensors");

/**
 * The model of a file that holds weights alone, as timm's repositories on the Hub do: the network is built by the name in
 * config.json, and the weights put into it.
 *
 * @throws {ModelError} "bad-safetensors" · "bad-model-folder" without that name · "unknown-network" · "bad-weights"
 */
export function storedModel(bytes: Uint8Array, { config }: StoredModelOptions): Model {
  if (!config?.architecture) {
    throw new ModelError("bad-model-folder", "It holds weights, and nothing beside it says of which network.", {
      hint: 'A config.json as timm writes it says so: {"architecture": "resnet50"}. Or export the model to ONNX.',
    });
  }
  const [, height, width] = config.pretrained_cfg?.input_size ?? [];
  const imageSize = height !== undefined && width !== undefined ? { imageSize: { height, width } } : {};
  const tensors = decodeSafetensors(bytes);
  try {
    return modelOf(storedNetwork(config.architecture, tensors, imageSize));
  } catch (cause) {
    // What its description asks for is not its user's mistake.
    if (!(cause instanceof UsageError)) throw cause;
    throw new ModelError("bad-model-folder", `Its config.json asks for what is not there: ${cause.message}`, {
      hint: "Download the file again, or correct its pretrained_cfg.",
      cause,
    });
  }
}
