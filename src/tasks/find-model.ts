import { ModelError } from "../base/errors.ts";
import { suggestion } from "../base/suggestion.ts";
import { modelFilesOf } from "../hub/model-files.ts";
import { hubReference, isHubReference } from "../hub/reference.ts";
import type { Store } from "../store/store.ts";
import { zooCard, zooNames } from "../zoo/cards.ts";
import { cardForHandle, isTfHubHandle } from "../zoo/tf-hub.ts";
import type { Host } from "./host.ts";
import { modelFolderOf } from "./run-folder.ts";

/**
 * Where a model lies that somebody named: a run's model, a model folder or file; what "hf:owner/name" names, or a card's
 * name ("vgg16"), which is fetched where it is not on this machine yet. What lies on this machine comes first. A handle of
 * TensorFlow Hub is the nearest card.
 *
 * @throws {UsageError} "bad-option" for what looks like a hub's name and is none · {ModelError} "no-model" · what
 *   `Hub.fetch` throws
 */
export async function findModel(name: string, host: FindingHost): Promise<string> {
  if (isHubReference(name)) return fetched(name, host);
  if (isTfHubHandle(name)) return nearest(name, host);
  if ((await host.store.kind(name)) !== undefined) return modelFolderOf(name, host.store);
  const card = zooCard(name);
  if (card) return fetched(`hf:${card.repo}`, host);
  if (looksLikeName(name)) throw unknown(name);
  if (/^https?:\/\//.test(name)) throw elsewhere(name);
  return name;
}

/** What it takes to find a model. */
type FindingHost = Pick<Host, "store" | "hub" | "notice">;

/** What a handle of TensorFlow Hub names is kept as a graph without layers: the card of its family is taken, which is said. */
async function nearest(name: string, host: FindingHost): Promise<string> {
  const card = cardForHandle(name);
  if (!card) {
    throw new ModelError("no-model", `${name} is of TensorFlow Hub, and no model that Regraft knows is near it.`, {
      hint: "regraft models lists those that are; a Keras model (.keras, .h5) is read as a file.",
    });
  }
  host.notice?.(`${name} is of TensorFlow Hub; the nearest model here is taken: ${card.name} (hf:${card.repo}).`);
  return fetched(`hf:${card.repo}`, host);
}

/** A model by the name that somebody gave it, and where it was read from. */
interface Found {
  readonly path: string;
  readonly loaded: { readonly path: string };
}

/** What to call a model that was found: its repository's name where it came from a hub, else its folder's or file's. */
export function shownName({ path, loaded }: Found, store: Pick<Store, "baseName">): string {
  if (isHubReference(path)) return hubReference(path).repo;
  // What lies here comes first: a folder of a card's name.
  const card = loaded.path.startsWith(path) ? undefined : (zooCard(path) ?? cardForHandle(path));
  return card?.repo ?? store.baseName(path);
}

async function fetched(name: string, { store, hub }: Pick<Host, "store" | "hub">): Promise<string> {
  const reference = hubReference(name);
  const { folder, files } = await hub.fetch(reference, { choose: (all) => modelFilesOf(reference, all) });
  // The model comes last. What else lies in the folder may be another one.
  return store.join(folder, ...(files.at(-1) ?? "").split("/"));
}

/** A path has separators, or the ending of a model. */
const looksLikeName = (text: string): boolean => /^[\w-]+$/.test(text);

function unknown(name: string): ModelError {
  const message = `"${name}" is neither a model that Regraft knows, nor a folder or file.`;
  return new ModelError("no-model", message, { hint: waysToName(name) });
}

/** What to do about a name that no card has: the nearest ones, and where to look for others. */
export const waysToName = (name: string): string =>
  [suggestion(name, zooNames)?.hint, "regraft models lists all; hf:owner/name is one on the Hugging Face Hub."]
    .filter(Boolean)
    .join(" ");

const elsewhere = (name: string): ModelError =>
  new ModelError("no-model", `${name} is an address of no hub: Regraft fetches from the Hugging Face Hub alone.`, {
    hint: "Download the file and name it. A server that speaks the Hub's paths is set by HF_ENDPOINT, and its models are hf:owner/name.",
  });
