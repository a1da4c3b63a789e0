import { UsageError } from "../base/errors.ts";
import { suggestion } from "../base/suggestion.ts";
import { modelFilesOf } from "../hub/model-files.ts";
import { hubReference } from "../hub/reference.ts";
import { type ZooCard, zooCard, zooCards, zooNames } from "../zoo/cards.ts";
import type { Host } from "./host.ts";

/** A model that is known by name, as it is on this machine. */
export interface KnownModel extends ZooCard {
  /** About what is fetched, in bytes. */
  readonly sizeBytes: number;
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
    throw new UsageError("bad-option", `There is no model "${name}".`, suggestion(name, zooNames));
  }
  return Promise.all((card ? [card] : zooCards).map(async (one) => known(one, hub)));
}

async function known(card: ZooCard, hub: Host["hub"]): Promise<KnownModel> {
  const reference = hubReference(`hf:${card.repo}`);
  const found = await hub.find(reference, { choose: (files) => modelFilesOf(reference, files) });
  return { ...card, sizeBytes: 4 * card.parameters, folder: found?.folder };
}
