import { z } from "zod";
import { HostError, ModelError } from "../base/errors.ts";
import { descriptionIn, parseJson } from "../base/json.ts";
import type { PictureSize } from "../keras/input-shape.ts";
import { type KerasModel, translated } from "../keras/keras-file.ts";
import { namedWeights, type StoredTensor } from "../keras/layer-weights.ts";
import { parseNetwork } from "../keras/parse-network.ts";
import { teachablePreparation } from "../keras/preparation.ts";
import { readTensorFlowJs, type WeightGroup } from "../keras/tensorflow-js.ts";
import type { OpenFile, Store } from "../store/store.ts";
import { descriptionAt } from "./description-at.ts";
import { placeBeside } from "./external-data.ts";

export const isTensorFlowJs = (file: string): boolean => file.endsWith(".json");

/** Teachable Machine's, beside model.json. */
export const metadataFile = "metadata.json";

const metadataSchema = z.object({ labels: z.array(z.string()).optional(), packageName: z.string().optional() });

export interface TensorFlowJsFolder extends KerasModel {
  readonly labels: { readonly value: readonly string[]; readonly source: string } | undefined;
}

/**
 * Translates a LayersModel of TensorFlow.js: model.json with its weights in files beside it, and the labels that Teachable
 * Machine puts there.
 *
 * @param bytes of model.json
 * @throws {ModelError} "bad-model-folder" · "no-external-data" · "bad-external-data" · "unsupported-model" ·
 *   "bad-keras" · "unsupported-layer" · "bad-weights"
 */
export async function tensorFlowJsModel(
  bytes: Uint8Array,
  { file, store, size }: { readonly file: string; readonly store: Store; readonly size?: PictureSize | undefined },
): Promise<TensorFlowJsFolder> {
  const name = store.baseName(file);
  const { topology, groups } = readTensorFlowJs(descriptionIn(bytes, name), name);
  const network = parseNetwork(topology);
  const tensors: StoredTensor[] = [];
  const taken = new Set<string>();
  for (const group of groups) tensors.push(...(await read(group, { model: file, store, taken })));
  const { model, preparation } = translated(network, {
    weights: namedWeights(tensors),
    size,
    dialect: "keras2",
    producer: "tensorflow.js",
  });
  const metadata = await metadataBeside(file, store);
  const isTeachable = metadata?.packageName?.startsWith("@teachablemachine/") ?? false;
  return {
    model,
    preparation: isTeachable ? teachablePreparation(network) : preparation,
    labels: metadata?.labels && { value: metadata.labels, source: metadataFile },
  };
}

/** The files of a group, joined: a tensor may begin in one and end in the next. */
async function read(
  { paths, sizeBytes, tensors }: WeightGroup,
  { model, store, taken }: { readonly model: string; readonly store: Store; readonly taken: Set<string> },
): Promise<readonly StoredTensor[]> {
  const files: OpenFile[] = [];
  try {
    for (const path of paths) {
      const place = await placeBeside(path, { model, holds: "weights are", store });
      // By another name it would be as many weights again.
      if (taken.has(place)) throw twice(path);
      taken.add(place);
      files.push(await store.open(place));
    }
    const found = files.reduce((sum, file) => sum + file.sizeBytes, 0);
    if (found !== sizeBytes) {
      throw new ModelError(
        "bad-external-data",
        `${paths.join(", ")} should have ${sizeBytes} bytes, and have ${found}.`,
        {
          hint: "Fetch or save the model again, with all of its files.",
        },
      );
    }
    const joined = roomFor(sizeBytes);
    let at = 0;
    for (const file of files) {
      await file.read(0, joined.subarray(at, at + file.sizeBytes));
      at += file.sizeBytes;
    }
    return tensors(joined);
  } finally {
    for (const file of files) await file.close();
  }
}

const twice = (path: string): ModelError =>
  new ModelError("bad-external-data", `The model names the file ${JSON.stringify(path)} twice.`, {
    hint: "Fetch or save the model again, with all of its files.",
  });

function roomFor(sizeBytes: number): Uint8Array {
  try {
    return new Uint8Array(sizeBytes);
  } catch (cause) {
    throw new HostError("out-of-memory", `There is no room for ${sizeBytes} bytes of weights.`, { cause });
  }
}

async function metadataBeside(file: string, store: Store): Promise<z.output<typeof metadataSchema> | undefined> {
  const path = store.join(file, "..", metadataFile);
  return (await store.kind(path)) === "file"
    ? parseJson(await descriptionAt(path, store), path, metadataSchema)
    : undefined;
}
