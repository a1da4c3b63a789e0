import { ModelError } from "../base/errors.ts";
import type { Beside, Snapshot, WebFile } from "../hub/hub.ts";
import { companions, modelFilesOf } from "../hub/model-files.ts";
import type { HubReference } from "../hub/reference.ts";
import type { WebAddress } from "../hub/web-address.ts";
import { isKerasFile } from "../keras/keras-file.ts";
import { readTensorFlowJs } from "../keras/tensorflow-js.ts";
import { descriptionAt } from "../models/description-at.ts";
import { named } from "../models/model-folder.ts";
import { isSafetensors } from "../models/stored-model.ts";
import { isTensorFlowJs, metadataFile } from "../models/tensorflow-js-folder.ts";
import { isZipFile } from "../models/zip-folder.ts";
import { openModelFile } from "../onnx/decode.ts";
import type { Store } from "../store/store.ts";
import type { Host } from "./host.ts";

type FetchingHost = Pick<Host, "hub" | "store">;

/** A branch may move on so often between two looks at a repository. */
const mostMoves = 3;

/**
 * Fetches the files that a model of a repository is read from. Those that hold the weights of TensorFlow.js' model.json are named
 * in it.
 *
 * @returns the model comes last
 * @throws {ModelError} "no-model" · "unsupported-model" · what `Hub.fetch` throws
 */
export async function fetchRepo(reference: HubReference, { hub, store }: FetchingHost): Promise<Snapshot> {
  const choose = (files: readonly string[]) => modelFilesOf(reference, files);
  for (let moved = 0; ; moved++) {
    const first = await hub.fetch(reference, { choose });
    const model = first.files.at(-1) ?? "";
    if (!isTensorFlowJs(model)) return first;
    const about = await descriptionAt(store.join(first.folder, ...model.split("/")), store);
    const shards = shardsIn(about, `${reference.repo}/${model}`);
    const whole = await hub.fetch(reference, { choose: (files) => withShards(choose(files), { shards, files }) });
    if (whole.commit === first.commit || moved === mostMoves) return whole;
  }
}

interface Shards {
  /** Relative to the model. */
  readonly shards: readonly string[];
  /** Of the repository. */
  readonly files: readonly string[];
}

/** @throws {ModelError} "no-model" where the repository lacks one */
function withShards(chosen: readonly string[], { shards, files }: Shards): readonly string[] {
  const model = chosen.at(-1) ?? "";
  const folder = model.slice(0, model.lastIndexOf("/") + 1);
  const missing = shards.find((name) => !files.includes(`${folder}${name}`));
  if (missing !== undefined) {
    throw new ModelError("no-model", `${model} keeps weights in ${missing}, which the repository does not have.`, {
      hint: "A model is all of its files: ask whoever put it there, or take another one.",
    });
  }
  const beside = [...shards, metadataFile].map((name) => `${folder}${name}`);
  return [...new Set([...beside.filter((name) => files.includes(name)), ...chosen])];
}

/**
 * Fetches a model from an address of the web, with the files that it is read with.
 *
 * @param anew whether also where it is here
 * @throws what `Hub.fetchFile` throws · {ModelError} "not-onnx" and others for what is none
 */
export async function fetchAddress(
  address: WebAddress,
  { hub, store }: FetchingHost,
  { anew = false }: { readonly anew?: boolean } = {},
): Promise<WebFile> {
  return hub.fetchFile(address, { anew, beside: (path) => named(address.shown, () => besideOf(address, path, store)) });
}

async function besideOf({ file, shown }: WebAddress, path: string, store: Store): Promise<Beside> {
  if (isZipFile(file)) return { needed: [], welcome: [] };
  if (isKerasFile(file)) return { needed: [], welcome: companions };
  if (isSafetensors(file)) return { needed: ["config.json"], welcome: companions };
  if (isTensorFlowJs(file)) {
    return { needed: shardsIn(await descriptionAt(path, store), shown), welcome: [metadataFile] };
  }
  const { external } = openModelFile(await store.read(path));
  return { needed: external.map(({ location }) => location), welcome: companions };
}

const shardsIn = (text: string, file: string): readonly string[] =>
  readTensorFlowJs(text, file).groups.flatMap(({ paths }) => paths);
