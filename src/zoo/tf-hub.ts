import { type ZooCard, zooCard } from "./cards.ts";

/** A model's address on TensorFlow Hub, or on Kaggle, where that lives on. */
const handle = /^(?:https:\/\/)?(?:www\.)?(?:tfhub\.dev|kaggle\.com\/models)\/(.+)$/;

/** What the path of a handle has in it, and the card that is nearest; $1 is the depth. */
const families: readonly (readonly [pattern: RegExp, card: string])[] = [
  [/mobilenet[_-]v[1-3]/, "mobilenet_v2"],
  [/resnet[_-]?v?[12]?[_-](50|101|152)/, "resnet$1"],
  [/vgg[_-]?(16|19)/, "vgg$1"],
];

export const isTfHubHandle = (text: string): boolean => handle.test(text);

/**
 * The card of the same family as a handle's model. Its weights are others': TensorFlow Hub keeps graphs that cannot be trained on.
 *
 * @returns undefined for a family that no card is of
 */
export function cardForHandle(text: string): ZooCard | undefined {
  const path = handle.exec(text)?.[1]?.toLowerCase() ?? "";
  for (const [pattern, card] of families) {
    const found = pattern.exec(path);
    if (found) return zooCard(card.replace("$1", found[1] ?? ""));
  }
  return undefined;
}
