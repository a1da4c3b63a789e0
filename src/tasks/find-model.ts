import { ModelError } from "../base/errors.ts";
import { suggestion } from "../base/suggestion.ts";
import { type HubReference, hubReference, isHubReference } from "../hub/reference.ts";
import { isWebAddress, webAddress, withoutSecrets } from "../hub/web-address.ts";
import type { Store } from "../store/store.ts";
import { type ZooCard, zooCard, zooNames } from "../zoo/cards.ts";
import { cardForHandle, isTfHubHandle } from "../zoo/tf-hub.ts";
import { fetchAddress, fetchRepo } from "./fetch-model.ts";
import type { Host } from "./host.ts";
import { modelFolderOf } from "./run-folder.ts";

/**
 * Where a model lies that somebody named: a run's model, a model folder or file; what "hf:owner/name" names, a card's
 * name ("vgg16") or an address of the web, which is fetched where it is not on this machine yet. What lies on this machine
 * comes first. A handle of TensorFlow Hub is the nearest card.
 *
 * @throws {UsageError} "bad-option" for what looks like a hub's name or an address and is none · {ModelError} "no-model" ·
 *   what `Hub.fetch` and `Hub.fetchFile` throw
 */
export async function findModel(name: string, host: FindingHost): Promise<string> {
  if (isHubReference(name)) return fetched(hubReference(name), host);
  if (isTfHubHandle(name)) return fetched(nearest(name, host), host);
  if (isWebAddress(name)) return modelIn(await fetchAddress(webAddress(name), host), host);
  if ((await host.store.kind(name)) !== undefined) return modelFolderOf(name, host.store);
  const card = zooCard(name);
  if (card) return fetched(referenceOf(card), host);
  if (looksLikeName(name)) throw unknown(name);
  return name;
}

/** What it takes to find a model. */
type FindingHost = Pick<Host, "store" | "hub" | "notice">;

export const referenceOf = ({ repo }: ZooCard): HubReference => hubReference(`hf:${repo}`);

/**
 * What a handle of TensorFlow Hub names is kept as a graph without layers: the card of its family is taken, which is said.
 *
 * @throws {ModelError} "no-model" where there is none
 */
export function nearest(name: string, { notice }: Pick<Host, "notice">): HubReference {
  const [card, shown] = [cardForHandle(name), withoutSecrets(name)];
  if (!card) {
    throw new ModelError("no-model", `${shown} is of TensorFlow Hub, and no model that Regraft knows is near it.`, {
      hint: "regraft models lists those that are; a Keras model (.keras, .h5) is read as a file.",
    });
  }
  notice?.(`${shown} is of TensorFlow Hub; the nearest model here is taken: ${card.name} (hf:${card.repo}).`);
  return referenceOf(card);
}

/** A model by the name that somebody gave it, and where it was read from. */
interface Found {
  readonly path: string;
  readonly loaded: { readonly path: string };
}

/** What to call a model that was found: its repository's name where it came from a hub, its address, else its folder's or file's. */
export function shownName({ path, loaded }: Found, store: Pick<Store, "baseName">): string {
  if (isHubReference(path)) return hubReference(path).repo;
  if (isWebAddress(path) && !isTfHubHandle(path)) return withoutSecrets(path);
  // What lies here comes first: a folder of a card's name.
  const card = loaded.path.startsWith(path) ? undefined : (zooCard(path) ?? cardForHandle(path));
  return card?.repo ?? store.baseName(path);
}

const fetched = async (reference: HubReference, host: FindingHost): Promise<string> =>
  modelIn(await fetchRepo(reference, host), host);

interface Fetched {
  readonly folder: string;
  readonly files: readonly string[];
}

/** The model comes last. What else lies in the folder may be another one. */
const modelIn = ({ folder, files }: Fetched, { store }: FindingHost): string =>
  store.join(folder, ...(files.at(-1) ?? "").split("/"));

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
