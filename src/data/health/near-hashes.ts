import { checkNumber, refuseUnknown } from "../../base/options.ts";
import { ones, type PerceptualHash } from "./perceptual-hash.ts";

export interface NearHashesOptions {
  /** Bits that may differ, 3 to 31. */
  readonly radius: number;
}

/** Two places in the list, the smaller one first. */
export type Pair = readonly [number, number];

/** Each hash is read as so many words of 16 bits, and each word has an index of its own. */
const words = 4;
const wordBits = 16;

/**
 * Pairs of hashes that differ in few bits, each pair once, in the order of their second place.
 *
 * Two hashes that differ in at most r bits differ in at most r₁, r₂, … bits in one of their words, where Σ(rₖ + 1) = r + 1: so
 * only those are compared whose word is one of the few nearby. That is a few thousand look-ups for each hash, however many
 * there are, where comparing all with all grows with their square.
 *
 * @throws {UsageError} "bad-option"
 * @see Norouzi, Punjani, Fleet, "Fast Search in Hamming Space with Multi-Index Hashing", 2012
 */
export function* nearHashes(
  hashes: readonly PerceptualHash[],
  { radius, ...rest }: NearHashesOptions,
): Generator<Pair, void, void> {
  refuseUnknown("nearHashes", rest);
  checkNumber("radius", radius, { min: words - 1, max: 31, integer: true });
  const indexes = radii(radius).map((wordRadius, word) => new WordIndex(hashes, word, wordRadius));
  for (let at = 0; at < hashes.length; at++) {
    for (const [word, index] of indexes.entries()) {
      for (const earlier of index.near(at, radius)) {
        // Only the first word that brings two together tells of them.
        if (!indexes.slice(0, word).some((one) => one.joins(at, earlier))) yield [earlier, at];
      }
    }
  }
}

/** For each word, in how many bits it may differ: the numbers plus one each make the radius plus one. */
const radii = (radius: number): readonly number[] =>
  Array.from({ length: words }, (_, word) => Math.floor((radius + 1 + word) / words) - 1);

/**
 * Hashes in the order of one of their words, those of one word side by side: they are read millions of times, and memory is fast
 * only in a row.
 */
class WordIndex {
  readonly #words: Uint16Array;
  readonly #radius: number;
  readonly #changes: Uint16Array;
  /** Where the hashes of each word begin; one more, so that the next word's start is the end. */
  readonly #starts: Int32Array;
  /** Places in the list, and their hashes, in the index's order. Places of one word rise. */
  readonly #places: Int32Array;
  readonly #low: Int32Array;
  readonly #high: Int32Array;
  readonly #hashes: readonly PerceptualHash[];

  constructor(hashes: readonly PerceptualHash[], word: number, radius: number) {
    this.#hashes = hashes;
    this.#radius = radius;
    this.#changes = changesUpTo(radius);
    this.#words = Uint16Array.from(hashes, (hash) => wordOf(hash, word));
    this.#starts = startsOf(this.#words);
    this.#places = placesOf(this.#words, this.#starts);
    this.#low = this.#places.map((place) => hashes[place]?.low ?? 0);
    this.#high = this.#places.map((place) => hashes[place]?.high ?? 0);
  }

  /** Earlier places whose word is near to that of `at`, and whose hash differs in at most `most` bits. */
  near(at: number, most: number): readonly number[] {
    const [starts, places, changes, lows, highs] = [this.#starts, this.#places, this.#changes, this.#low, this.#high];
    const { low, high } = this.#hashes[at] as PerceptualHash;
    const word = this.#words[at] as number;
    const found: number[] = [];
    for (let change = 0; change < changes.length; change++) {
      const near = word ^ (changes[change] as number);
      const end = starts[near + 1] as number;
      for (let row = starts[near] as number; row < end && (places[row] as number) < at; row++) {
        if (ones(low ^ (lows[row] as number)) + ones(high ^ (highs[row] as number)) <= most) {
          found.push(places[row] as number);
        }
      }
    }
    return found;
  }

  joins(a: number, b: number): boolean {
    return ones((this.#words[a] as number) ^ (this.#words[b] as number)) <= this.#radius;
  }
}

function startsOf(words: Uint16Array): Int32Array {
  const starts = new Int32Array((1 << wordBits) + 1);
  for (const word of words) starts[word + 1] = (starts[word + 1] as number) + 1;
  for (let word = 0; word < 1 << wordBits; word++) {
    starts[word + 1] = (starts[word + 1] as number) + (starts[word] as number);
  }
  return starts;
}

function placesOf(words: Uint16Array, starts: Int32Array): Int32Array {
  const next = starts.slice();
  const places = new Int32Array(words.length);
  for (const [place, word] of words.entries()) {
    const row = next[word] as number;
    places[row] = place;
    next[word] = row + 1;
  }
  return places;
}

const wordOf = ({ low, high }: PerceptualHash, word: number): number =>
  ((word < 2 ? low : high) >>> ((word % 2) * wordBits)) & 0xffff;

/** All words of at most `radius` ones. */
const changesUpTo = (radius: number): Uint16Array =>
  Uint16Array.from(Array.from({ length: 1 << wordBits }, (_, bits) => bits).filter((bits) => ones(bits) <= radius));
