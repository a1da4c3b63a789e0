import { beforeAll, describe, expect, test } from "vitest";
import { random } from "../../src/base/random.ts";
import { archiveMalformations } from "./archive-malformations.ts";
import { Reader } from "./attempt.ts";
import { descriptionMalformations } from "./description-malformations.ts";
import { kerasMalformations } from "./keras-malformations.ts";
import type { Malformation } from "./malformation.ts";
import { onnxMalformations } from "./onnx-malformations.ts";
import type { Files, Subject } from "./subject.ts";
import { fileOf, subjects } from "./subjects.ts";
import { weightsMalformations } from "./weights-malformations.ts";

const all: readonly Malformation[] = [
  ...onnxMalformations,
  ...weightsMalformations,
  ...archiveMalformations,
  ...kerasMalformations,
  ...descriptionMalformations,
];

let reader: Reader;
let known: ReadonlyMap<string, Subject>;
beforeAll(async () => {
  reader = await Reader.open();
  known = new Map((await subjects()).map((one) => [one.name, one]));
});

const subject = (name: string): Subject => {
  const found = known.get(name);
  if (found) return found;
  throw new Error(`there is no subject "${name}"`);
};

describe("a model of a stranger's is refused by what is wrong with it, or read without harm", () => {
  test.each(all.map((one) => [`${one.subject}: ${one.name}`, one] as const))("%s", async (_, malformation) => {
    const { files, ...how } = subject(malformation.subject);
    const outcome = await reader.attempt(malformation.change(files), how);
    const end = outcome.kind === "refused" ? outcome.code : outcome.kind;
    expect(end, JSON.stringify(outcome)).toBe(malformation.ends);
  });
});

/** One of each form; where the whole is in one file, that one. */
const mangled: readonly (readonly [subject: string, file: string])[] = [
  ["onnx mobilenet.onnx", "model.onnx"],
  ["onnx vit.dynamo.onnx", "model.onnx"],
  ["onnx mobilenet.onnx", "config.json"],
  ["onnx mobilenet.onnx", "preprocessor_config.json"],
  ["external data", "model.onnx"],
  ["external data", "model.onnx_data"],
  ["safetensors", "model.safetensors"],
  ["keras", "net.keras"],
  ["hdf5", "net.h5"],
  ["tensorflow.js", "model.json"],
  ["tensorflow.js in a zip", "net.zip"],
  ["onnx in a zip", "net.zip"],
  ["adapter", "adapter_model.safetensors"],
  ["run", "run.json"],
];

const faultsAmong = async (name: string, variants: readonly (readonly [what: string, files: Files])[]) => {
  const faults: unknown[] = [];
  const { files: _, ...how } = subject(name);
  for (const [what, files] of variants) {
    const outcome = await reader.attempt(files, how);
    if (outcome.kind === "fault") faults.push({ what, message: outcome.message });
  }
  return faults;
};

describe("as it is, it is read", () => {
  test.each([...new Set(mangled.map(([name]) => name))])("%s", async (name) => {
    expect(await reader.attempt(subject(name).files, subject(name))).toEqual({ kind: "read" });
  });
});

test.each(mangled)("%s: %s cut off at every 5%% and anywhere is refused, or read", async (name, file) => {
  const { files } = subject(name);
  const whole = fileOf(files, file);
  const rng = random(7).fork(name, file);
  const steps = Array.from({ length: 20 }, (_, at) => Math.floor((at * whole.length) / 20));
  const places = [...steps, ...Array.from({ length: 10 }, () => rng.int(whole.length))];
  const variants = places.map((end) => [`cut at ${end}`, { ...files, [file]: whole.slice(0, end) }] as const);
  expect(await faultsAmong(name, variants)).toEqual([]);
});

test.each(mangled)("%s: %s with bits flipped is refused, or read", async (name, file) => {
  const { files } = subject(name);
  const rng = random(8).fork(name, file);
  const variants = Array.from({ length: 20 }, (_, at) => {
    const bytes = fileOf(files, file).slice();
    for (let flips = 0; flips <= at % 4; flips++) {
      // Most of a file is weights: half of the flips are where it is described.
      const place = rng.int(at % 2 === 0 ? bytes.length : Math.min(bytes.length, 2000));
      bytes[place] = (bytes[place] ?? 0) ^ (1 << rng.int(8));
    }
    return [`flipped ${at}`, { ...files, [file]: bytes }] as const;
  });
  expect(await faultsAmong(name, variants)).toEqual([]);
});
