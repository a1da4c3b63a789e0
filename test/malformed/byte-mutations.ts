import type { Random } from "../../src/base/random.ts";
import type { Mutation } from "./mutation.ts";

/** What a bad disk, a broken download or a wrong tool does to a file. */
export const byteMutations: readonly Mutation[] = [
  { name: "one bit flipped", apply: (bytes, rng) => flipped(bytes, rng, 1) },
  { name: "one bit flipped near the start", apply: (bytes, rng) => flipped(bytes, rng, 1, 400) },
  { name: "a dozen bits flipped", apply: (bytes, rng) => flipped(bytes, rng, 12) },
  { name: "cut off", apply: (bytes, rng) => bytes.slice(0, rng.int(bytes.length)) },
  { name: "its start is missing", apply: (bytes, rng) => bytes.slice(1 + rng.int(bytes.length - 1)) },
  {
    name: "a stretch of zeros",
    apply: (bytes, rng) => {
      const copy = bytes.slice();
      const from = rng.int(bytes.length);
      return copy.fill(0, from, from + 1 + rng.int(64));
    },
  },
  {
    name: "a stretch of noise",
    apply: (bytes, rng) => {
      const copy = bytes.slice();
      const from = rng.int(bytes.length);
      const to = Math.min(bytes.length, from + 1 + rng.int(16));
      for (let at = from; at < to; at++) copy[at] = rng.int(256);
      return copy;
    },
  },
  {
    name: "a stretch is missing",
    apply: (bytes, rng) => {
      const from = rng.int(bytes.length);
      return joined(bytes.slice(0, from), bytes.slice(from + 1 + rng.int(64)));
    },
  },
  {
    name: "a stretch comes twice",
    apply: (bytes, rng) => {
      const from = rng.int(bytes.length);
      const to = Math.min(bytes.length, from + 1 + rng.int(256));
      return joined(bytes.slice(0, to), bytes.slice(from));
    },
  },
];

function flipped(bytes: Uint8Array, rng: Random, count: number, within = bytes.length): Uint8Array {
  const copy = bytes.slice();
  for (let flip = 0; flip < count; flip++) {
    const at = rng.int(Math.min(within, copy.length));
    copy[at] = (copy[at] ?? 0) ^ (1 << rng.int(8));
  }
  return copy;
}

const joined = (head: Uint8Array, tail: Uint8Array): Uint8Array => {
  const whole = new Uint8Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
};
