import type { Random } from "../base/random.ts";

/**
 * As many examples as there are, drawn so that all classes come equally often (by one more or less), in random order. Of a
 * class with too many some are left out, other ones in each epoch; of one with too few all come several times, as evenly
 * as can be. Depends on the indices, their labels and `rng` alone.
 *
 * @param labelOf class of an example
 */
export function balancedOrder(
  indices: readonly number[],
  { labelOf, rng }: { readonly labelOf: (index: number) => number; readonly rng: Random },
): readonly number[] {
  const byLabel = new Map<number, number[]>();
  for (const index of indices) {
    const own = byLabel.get(labelOf(index));
    if (own) own.push(index);
    else byLabel.set(labelOf(index), [index]);
  }
  // Which classes get one more, where the number cannot be divided, is drawn too.
  const labels = rng.fork("classes").shuffle([...byLabel.keys()].sort((a, b) => a - b));
  const drawn = labels.flatMap((label, at) => {
    const wanted = Math.floor(indices.length / labels.length) + (at < indices.length % labels.length ? 1 : 0);
    return several(byLabel.get(label) ?? [], wanted, rng.fork("class", label));
  });
  return rng.fork("order").shuffle(drawn);
}

/** Each item as often as the others, the last ones drawn. */
function several(items: readonly number[], wanted: number, rng: Random): readonly number[] {
  const rounds = Array.from({ length: Math.floor(wanted / items.length) }, () => items);
  return [...rounds.flat(), ...rng.shuffle(items).slice(0, wanted % items.length)];
}
