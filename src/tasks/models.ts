import { ModelError, UsageError } from "../base/errors.ts";
import type { Snapshot } from "../hub/hub.ts";
import { modelFilesOf } from "../hub/model-files.ts";
import { type HubReference, hubReference, isHubReference } from "../hub/reference.ts";
import { architectures } from "../zoo/architectures.ts";
import { type ZooCard, zooCard, zooCards } from "../zoo/cards.ts";
import { waysToName } from "./find-model.ts";
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
}

/**
 * The models that are known by name, or one of them. Nothing is fetched.
 *
 * @throws {UsageError} "bad-option" for a name that no card has
 */
export async function knownModels(
  name: string | undefined,
  { hub }: Pick<Host, "hub">,
): Promise<readonly KnownModel[]> {
  const card = name === undefined ? undefined : zooCard(name);
  if (name !== undefined && !card) {
    throw unknown(name);
  }
  return Promise.all((card ? [card] : zooCards).map(async (one) => known(one, hub)));
}

async function known(card: ZooCard, hub: Host["hub"]): Promise<KnownModel> {
  const reference = hubReference(`hf:${card.repo}`);
  const found = await hub.find(reference, { choose: (files) => modelFilesOf(reference, files) });
  return { ...card, sizeBytes: 4 * card.parameters, stages: architectures[card.name].stages, folder: found?.folder };
}

/** A model that was fetched. */
export interface PulledModel extends Snapshot {
  /** As its user named it. */
  readonly name: string;
  readonly repo: string;
}

/**
 * Fetches a model, by a card's name or as "hf:owner/name", so that it is there when there is no network.
 *
 * @throws {UsageError} "bad-option" for what names none · what `Hub.fetch` throws
 */
export async function pullModel(name: string, { hub, store }: Pick<Host, "hub" | "store">): Promise<PulledModel> {
  const reference = referenceOf(name);
  const snapshot = await hub.fetch(reference, { choose: (files) => modelFilesOf(reference, files) });
  if (zooCards.some(({ repo }) => repo === reference.repo)) await imagenetLabels({ hub, store });
  return { name, repo: reference.repo, ...snapshot };
}

export interface RemovedModel {
  readonly name: string;
  readonly repo: string;
  readonly freedBytes: number;
}

/**
 * Takes a model off this machine, with all that was fetched of its repository.
 *
 * @throws {UsageError} "bad-option" for what names none, or a part of one · {ModelError} "no-model" where it is not here ·
 *   {HostError} "write-failed"
 */
export async function removeModel(name: string, { hub }: Pick<Host, "hub">): Promise<RemovedModel> {
  const { repo, revision, file } = referenceOf(name);
  if (revision !== "main" || file !== undefined) {
    throw new UsageError("bad-option", `"${name}" is a part of a repository: it is removed as a whole.`, {
      hint: `Write hf:${repo}. What no branch or tag leads to any more goes by regraft cache prune.`,
    });
  }
  const freedBytes = await hub.remove(repo);
  if (freedBytes !== undefined) return { name, repo, freedBytes };
  throw new ModelError("no-model", `${repo} is not on this machine.`, { hint: "regraft cache lists what is." });
}

function referenceOf(name: string): HubReference {
  if (isHubReference(name)) return hubReference(name);
  const card = zooCard(name);
  if (card) return hubReference(`hf:${card.repo}`);
  throw unknown(name);
}

const unknown = (name: string): UsageError =>
  new UsageError("bad-option", `There is no model "${name}".`, { hint: waysToName(name) });
