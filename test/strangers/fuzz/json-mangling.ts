import type { Random } from "../../../src/base/random.ts";
import { oneOf } from "../../malformed/mutation.ts";

/** What no reader expects where it finds it. */
const strange: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  0.5,
  2 ** 31,
  2 ** 53,
  1e308,
  "",
  "\0",
  "__proto__",
  "constructor",
  "../../etc/passwd",
  "/etc/passwd",
  "x".repeat(100_000),
  [],
  {},
  [[[[]]]],
  [null],
  { 0: 0 },
  new Array(10_000).fill(0),
];

const everybodys = ["__proto__", "constructor", "toString", "hasOwnProperty", "length", ""];

type Holder = Record<string, unknown> | unknown[];

/** JSON of which one value, or key, is another. What is no JSON stays as it is. */
export function mangledJson(text: string, rng: Random): string {
  const json = parsed(text);
  const places = placesIn(json);
  const place = oneOf(rng, places);
  if (!place) return text;
  const { holder, key } = place;
  const old = Reflect.get(holder, key);
  switch (rng.int(5)) {
    case 0:
      Reflect.deleteProperty(holder, key);
      break;
    case 1:
      put(holder, oneOf(rng, everybodys) ?? "", old);
      break;
    case 2:
      put(holder, key, new Array(1 + rng.int(300)).fill(old));
      break;
    case 3:
      return JSON.stringify(json).replace(JSON.stringify(old), "[".repeat(50_000) + "]".repeat(50_000));
    default:
      put(holder, key, oneOf(rng, strange));
  }
  return JSON.stringify(json);
}

/** A property of its own, whatever it is called. */
function put(holder: Holder, key: string, value: unknown): void {
  if (Array.isArray(holder) && key === "length") return;
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

interface Place {
  readonly holder: Holder;
  readonly key: string;
}

function placesIn(value: unknown): readonly Place[] {
  if (!isHolder(value)) return [];
  return Object.keys(value).flatMap((key) => [{ holder: value, key }, ...placesIn(Reflect.get(value, key))]);
}

const isHolder = (value: unknown): value is Holder => typeof value === "object" && value !== null;

/** What has been made deep already is left alone. */
function parsed(text: string): unknown {
  if (text.includes("[".repeat(1000))) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
