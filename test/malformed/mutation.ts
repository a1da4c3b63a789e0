import type { Random } from "../../src/base/random.ts";

/** What may be done to an ONNX file so that it is broken, or nearly. */
export interface Mutation {
  readonly name: string;
  /** @returns new bytes; undefined where the file has nothing that this could be done to */
  readonly apply: (bytes: Uint8Array, rng: Random) => Uint8Array | undefined;
}

/** One of `items`; undefined where there is none. */
export const oneOf = <T>(rng: Random, items: readonly T[]): T | undefined => items[rng.int(items.length)];
