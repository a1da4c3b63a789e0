import { unzipSync, zipSync } from "fflate";
import type { Random } from "../../../src/base/random.ts";
import { utf8 } from "../../../src/base/utf8.ts";
import { byteMutations } from "../../malformed/byte-mutations.ts";
import { modelMutations } from "../../malformed/model-mutations.ts";
import { type Mutation, oneOf } from "../../malformed/mutation.ts";
import { mangledJson } from "./json-mangling.ts";

/** Numbers that sizes, counts and offsets should not be. */
const absurd = [
  0n,
  1n,
  0x7fn,
  0xffn,
  0x7fffn,
  0xffffn,
  0x7fffffffn,
  0xffffffffn,
  2n ** 40n,
  2n ** 53n,
  2n ** 63n - 1n,
  2n ** 64n - 1n,
];

/** Formats have their sizes at the start or at the end. */
const edge = 3000;

const anyFile: readonly Mutation[] = [
  ...byteMutations,
  { name: "a number is absurd", apply: absurdNumber },
  { name: "nothing is there", apply: () => new Uint8Array() },
];

const jsonFile: readonly Mutation[] = [
  { name: "a value is strange", apply: (bytes, rng) => utf8.encode(mangledJson(lenient(bytes), rng)) },
  {
    name: "values are strange",
    apply: (bytes, rng) => {
      let text = lenient(bytes);
      for (let left = 2 + rng.int(4); left > 0; left--) text = mangledJson(text, rng);
      return utf8.encode(text);
    },
  },
];

const safetensorsFile: readonly Mutation[] = [
  {
    name: "its header is strange",
    apply: (bytes, rng) => {
      const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
      const header = utf8.encode(mangledJson(lenient(bytes.subarray(8, 8 + length)), rng));
      const head = new Uint8Array(8 + header.length);
      new DataView(head.buffer).setBigUint64(0, BigInt(header.length), true);
      head.set(header, 8);
      return Uint8Array.from([...head, ...bytes.subarray(8 + length)]);
    },
  },
];

/** What is in the zip is mangled, and packed again. */
const zipFile: readonly Mutation[] = [
  {
    name: "a file in it is mangled",
    apply: (bytes, rng) => {
      const files = unzipSync(bytes);
      const name = oneOf(rng, Object.keys(files));
      const content = name === undefined ? undefined : files[name];
      if (name === undefined || !content) return undefined;
      return zipSync({ ...files, [name]: mangled(name, content, rng).bytes });
    },
  },
];

/** By the end of a file's name, what may be done to it beside what may be done to any. */
const byEnding: readonly (readonly [ending: RegExp, kinds: readonly Mutation[]])[] = [
  [/\.onnx$/, modelMutations],
  [/\.jsonl?$/, jsonFile],
  [/\.safetensors$/, safetensorsFile],
  [/\.(zip|keras)$/, zipFile],
];

/** A file with something done to it, and what. */
export function mangled(
  name: string,
  bytes: Uint8Array,
  rng: Random,
): { readonly what: string; readonly bytes: Uint8Array } {
  const own = byEnding.find(([ending]) => ending.test(name))?.[1] ?? [];
  // What knows the format comes further than what does not.
  const kind = oneOf(rng, own.length > 0 && rng.int(3) > 0 ? own : anyFile);
  return { what: `${name}: ${kind?.name}`, bytes: (bytes.length > 1 ? kind?.apply(bytes, rng) : undefined) ?? bytes };
}

function absurdNumber(bytes: Uint8Array, rng: Random): Uint8Array {
  const copy = bytes.slice();
  const width = 2 ** rng.int(4);
  const within = Math.min(edge, copy.length);
  const from = rng.int(2) === 0 ? 0 : copy.length - within;
  const at = from + rng.int(within);
  const value = oneOf(rng, absurd) ?? 0n;
  for (let byte = 0; byte < width && at + byte < copy.length; byte++) {
    copy[at + byte] = Number((value >> BigInt(8 * byte)) & 0xffn);
  }
  return copy;
}

const lenient = (bytes: Uint8Array): string => utf8.decode(bytes, { fatal: false });
