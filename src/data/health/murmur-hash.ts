/**
 * MurmurHash3 of bytes, 32 bits: fast, and spread well enough to tell files apart; no seal against those who forge files.
 *
 * @returns a whole number, 0 to 2^32 - 1
 * @see Appleby, MurmurHash3_x86_32
 */
export function murmurHash(bytes: Uint8Array, seed: number): number {
  const whole = bytes.length - (bytes.length % 4);
  let hash = seed | 0;
  for (let at = 0; at < whole; at += 4) {
    const word =
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24);
    hash ^= scrambled(word);
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  const rest = bytes.subarray(whole).reduceRight((word, byte) => (word << 8) | byte, 0);
  return finished(hash ^ scrambled(rest) ^ bytes.length);
}

function scrambled(word: number): number {
  const product = Math.imul(word, 0xcc9e2d51);
  return Math.imul((product << 15) | (product >>> 17), 0x1b873593);
}

/** Every bit of the result depends on every bit of the hash. */
function finished(hash: number): number {
  const first = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
  return (second ^ (second >>> 16)) >>> 0;
}

/**
 * A short text that two files share where they hold the same bytes: their number and 64 bits of hashes. Of 100,000 files of
 * one length that differ, two share it with a chance of 3 in 10 thousand million.
 */
export const contentKey = (bytes: Uint8Array): string =>
  [bytes.length, murmurHash(bytes, 0), murmurHash(bytes, 0x9747b28c)].map((part) => part.toString(36)).join("-");
