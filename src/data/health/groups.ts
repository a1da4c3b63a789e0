/** Joins items into groups, two at a time. */
export class Groups {
  readonly #parents: Int32Array;

  /** @param count items, each in a group of its own */
  constructor(count: number) {
    this.#parents = Int32Array.from({ length: count }, (_, item) => item);
  }

  join(a: number, b: number): void {
    const [one, other] = [this.#root(a), this.#root(b)];
    this.#parents[Math.max(one, other)] = Math.min(one, other);
  }

  /** Groups of two items or more; items rise within a group, and groups by their first item. */
  list(): readonly (readonly number[])[] {
    const groups = new Map<number, number[]>();
    for (let item = 0; item < this.#parents.length; item++) {
      const root = this.#root(item);
      const known = groups.get(root);
      if (known) known.push(item);
      else groups.set(root, [item]);
    }
    return [...groups.values()].filter(({ length }) => length > 1);
  }

  /** The way to the root is made shorter as it is gone. */
  #root(item: number): number {
    const parents = this.#parents;
    let at = item;
    while (parents[at] !== at) {
      const next = parents[parents[at] as number] as number;
      parents[at] = next;
      at = next;
    }
    return at;
  }
}
