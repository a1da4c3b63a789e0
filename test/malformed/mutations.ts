import { readFileSync } from "node:fs";
import { random } from "../../src/base/random.ts";
import { goldenUrl } from "../golden.ts";
import { byteMutations } from "./byte-mutations.ts";
import { modelMutations } from "./model-mutations.ts";

const files = ["convnext", "densenet", "efficientnet", "mobilenet", "resnet", "vgg", "vit"].flatMap((name) => [
  `${name}.onnx`,
  `${name}.folded.onnx`,
  `${name}.dynamo.onnx`,
]);

const kinds = [...byteMutations, ...modelMutations];

/** A golden file with something done to it. */
export interface Mutated {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Mutation number `number`, from 0: each kind in turn, files and places by seed. The same number gives the same bytes. */
export function mutated(number: number): Mutated {
  const rng = random(2026).fork("mutation", number);
  const kind = kinds[number % kinds.length];
  const file = files[rng.int(files.length)] ?? "";
  const bytes = new Uint8Array(readFileSync(goldenUrl(file)));
  return { name: `${number}: ${file}, ${kind?.name}`, bytes: kind?.apply(bytes, rng) ?? bytes };
}
