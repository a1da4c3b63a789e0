import { HostError, ModelError, UsageError } from "../base/errors.ts";
import type { Snapshot, WebFile } from "../hub/hub.ts";
import { modelFilesOf } from "../hub/model-files.ts";
import { type HubReference, hubReference, isHubReference } from "../hub/reference.ts";
import { isWebAddress, webAddress } from "../hub/web-address.ts";
import type { Store } from "../store/store.ts";
import { architectures } from "../zoo/architectures.ts";
import { type ZooCard, zooCard, zooCards } from "../zoo/cards.ts";
import { isTfHubHandle } from "../zoo/tf-hub.ts";
import { fetchAddress, fetchRepo } from "./fetch-model.ts";
import { nearest, referenceOf as referenceOfCard, waysToName } from "./find-model.ts";
import type { Host } from "./host.ts";
import { imagenetLabels } from "./imagenet-labels.ts";

/** A model that is known by name, as it is on this machine. */
export interface KnownModel extends ZooCard {
  /** About what is fetched, in bytes. */
  readonly sizeBytes: number;
  /** Parts that can be unfrozen by name, from the picture on. */
  readonly stages: readonly string[];
  /** The folder that it was fetched into; undefined where it was not. */
  readonly folder: string | undefined;
  /** Of its file of weights, where it is here and was kept under that. */
  readonly sha256: string | undefined;
}

/**
 * The models that are known by name, or one of them. Nothing is fetched.
 *
 * @throws {UsageError} "bad-option" for a name that no card has
 */
export async function knownModels(
  name: string | undefined,
  host: Pick<Host, "hub" | "store">,
): Promise<readonly KnownModel[]> {
  const card = name === undefined ? undefined : zooCard(name);
  if (name !== undefined && !card) {
    throw unknown(name);
  }
  return Promise.all((card ? [card] : zooCards).map(async (one) => known(one, host)));
}

async function known(card: ZooCard, { hub, store }: Pick<Host, "hub" | "store">): Promise<KnownModel> {
  const reference = referenceOfCard(card);
  const found = await hub.find(reference, { choose: (files) => modelFilesOf(reference, files) });
  return {
    ...card,
    sizeBytes: 4 * card.parameters,
    stages: architectures[card.name].stages,
    folder: found?.folder,
    sha256: found && (await digestOf(found, store)),
  };
}

/** The hub's cache keeps large files under their SHA-256, and links to them by their names. */
async function digestOf({ folder, files }: Snapshot, store: Store): Promise<string | undefined> {
  const name = store.baseName(await store.realPath(store.join(folder, ...(files.at(-1) ?? "").split("/"))));
  return /^[0-9a-f]{64}$/.test(name) ? name : undefined;
}

/** A model that was fetched, as its user named it. */
export type PulledModel = PulledRepo | PulledFile;

export interface PulledRepo extends Snapshot {
  readonly name: string;
  readonly repo: string;
}

/** Of an address. */
export interface PulledFile extends WebFile {
  /** What names it from now on: its address, or the path of its file where the address has what is kept nowhere. */
  readonly name: string;
}

type ModelsHost = Pick<Host, "hub" | "store" | "notice">;

/**
 * Fetches a model, by a card's name, as "hf:owner/name", by a handle of TensorFlow Hub or from an address, so that it is there
 * when there is no network. From an address it is fetched also where it is here.
 *
 * @throws {UsageError} "bad-option" for what names none · what `Hub.fetch` and `Hub.fetchFile` throw
 */
export async function pullModel(name: string, host: ModelsHost): Promise<PulledModel> {
  if (isAddress(name)) return pulledFrom(name, host);
  const { hub, store } = host;
  const reference = referenceOf(name, host);
  const snapshot = await fetchRepo(reference, host);
  if (zooCards.some(({ repo }) => repo === reference.repo)) await imagenetLabels({ hub, store });
  return { name, repo: reference.repo, ...snapshot };
}

/** An address that is neither a page of the hub nor a handle. */
const isAddress = (name: string): boolean => isWebAddress(name) && !isHubReference(name) && !isTfHubHandle(name);

async function pulledFrom(text: string, host: ModelsHost): Promise<PulledFile> {
  const address = webAddress(text);
  const found = await fetchAddress(address, host, { anew: true });
  const path = host.store.join(found.folder, ...(found.files.at(-1) ?? "").split("/"));
  return { name: address.href === address.shown ? address.shown : path, ...found };
}

export type RemovedModel = { readonly freedBytes: number } & (
  | { readonly repo: string }
  /** Without its query. */
  | { readonly address: string }
);

export interface RemoveOptions {
  /** Whether also what another program fetched. */
  readonly force?: boolean | undefined;
}

/**
 * Takes a model off this machine, with all that was fetched of its repository, or from its address.
 *
 * @throws {UsageError} "bad-option" for what names none, or a part of one · {ModelError} "no-model" where it is not here ·
 *   {HostError} "not-ours" · "write-failed"
 */
export async function removeModel(
  name: string,
  { force = false }: RemoveOptions,
  host: ModelsHost,
): Promise<RemovedModel> {
  const { hub } = host;
  if (isAddress(name)) {
    const address = webAddress(name);
    return { address: address.shown, freedBytes: requireHere(address.shown, await hub.removeFile(address)) };
  }
  const { repo, revision, file } = referenceOf(name, host);
  if (revision !== "main" || file !== undefined) {
    throw new UsageError("bad-option", `"${name}" is a part of a repository: it is removed as a whole.`, {
      hint: `Write hf:${repo}. What no branch or tag leads to any more goes by regraft cache prune.`,
    });
  }
  if (!force) await requireOurs(repo, hub);
  return { repo, freedBytes: requireHere(repo, await hub.remove(repo)) };
}

function requireHere(name: string, freedBytes: number | undefined): number {
  if (freedBytes !== undefined) return freedBytes;
  throw new ModelError("no-model", `${name} is not on this machine.`, { hint: "regraft cache lists what is." });
}

async function requireOurs(repo: string, hub: Host["hub"]): Promise<void> {
  const kept = (await hub.kept()).repos.find((one) => one.repo === repo);
  if (!kept || kept.isOurs) return;
  throw new HostError("not-ours", `${repo} was fetched by another program, such as Python's huggingface_hub.`, {
    hint: `It may need it: nothing was removed. regraft models remove hf:${repo} --force removes it.`,
  });
}

function referenceOf(name: string, host: Pick<Host, "notice">): HubReference {
  if (isHubReference(name)) return hubReference(name);
  if (isTfHubHandle(name)) return nearest(name, host);
  const card = zooCard(name);
  if (card) return referenceOfCard(card);
  throw unknown(name);
}

const unknown = (name: string): UsageError =>
  new UsageError("bad-option", `There is no model "${name}".`, { hint: waysToName(name) });
