import { ModelError, UsageError } from "../../base/errors.ts";
import { isHubReference } from "../../hub/reference.ts";
import { isWebAddress } from "../../hub/web-address.ts";
import type { LoadedModel } from "../../models/model-folder.ts";
import { readModelFolder } from "../../models/model-folder.ts";
import { type Graph, OPSET } from "../../onnx/graph.ts";
import { modelOf } from "../../onnx/model.ts";
import { architecture } from "../../zoo/architecture.ts";
import { architectureNames, isArchitecture } from "../../zoo/architectures.ts";
import { zooCard } from "../../zoo/cards.ts";
import { type Base, baseOf } from "../base-model.ts";
import { exactPictures } from "../exact-pictures.ts";
import { findModel } from "../find-model.ts";
import type { Host } from "../host.ts";

export interface BenchBaseOptions {
  /** A network's name, or a model folder, a run or an .onnx file. */
  readonly model: string;
  /** Pixels a side; by default what the model is made for. */
  readonly imageSize: number | undefined;
  readonly headAt: string | undefined;
  /** Of random weights. */
  readonly seed: number;
}

/**
 * A base to time: one of the networks that Regraft knows by name, with random weights, or a model that lies somewhere. A name
 * comes first; a folder that is called alike is "./resnet18".
 *
 * @throws {UsageError} "bad-option" where there is neither · what `loadBase` throws
 */
export async function benchBase({ model, imageSize, headAt, seed }: BenchBaseOptions, host: Host): Promise<Base> {
  const size = imageSize === undefined ? undefined : { height: imageSize, width: imageSize };
  const loaded = isArchitecture(model)
    ? named(model, architecture(model, { ...(imageSize === undefined ? {} : { imageSize }), seed }))
    : await read(model, host);
  const { graph } = loaded.model;
  const preprocessing = size ? exactPictures(graph, size) : (loaded.preprocessing ?? exactPictures(graph));
  return baseOf(model, loaded, { headAt, preprocessing }, host);
}

/** A graph that no file holds, as if it had been read. */
const named = (name: string, graph: Graph): LoadedModel => ({
  path: name,
  file: name,
  fileBytes: 0,
  model: modelOf(graph),
  changes: [],
  closed: undefined,
  takesBytes: false,
  sourceOpset: OPSET,
  preprocessing: undefined,
  preprocessingSource: undefined,
  labels: undefined,
  labelsSource: undefined,
  config: undefined,
});

async function read(path: string, host: Pick<Host, "store" | "hub" | "tryHdf5">): Promise<LoadedModel> {
  const { store } = host;
  try {
    return await readModelFolder(await findModel(path, host), { store, tryHdf5: host.tryHdf5 });
  } catch (cause) {
    const isElsewhere = isHubReference(path) || isWebAddress(path) || zooCard(path) !== undefined;
    const isNothing =
      cause instanceof ModelError && cause.code === "no-model" && !isElsewhere && !(await store.kind(path));
    if (!isNothing) throw cause;
    throw new UsageError("bad-option", `"${path}" is neither a network that Regraft knows, nor a folder or file.`, {
      hint: `Known networks: ${architectureNames.join(", ")}. Or name a model folder or an .onnx file.`,
      cause,
    });
  }
}
