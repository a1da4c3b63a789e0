import { random } from "../../../src/base/random.ts";
import { oneOf } from "../../malformed/mutation.ts";
import type { Files, Subject } from "../subject.ts";
import { mangled } from "./mangling.ts";

/** A small real model with something done to one of its files. */
export interface Trial {
  /** "keras: net.keras: cut off" */
  readonly name: string;
  readonly subject: Subject;
  readonly files: Files;
}

/** Trial number `number`, from 0: the same seed and number give the same bytes. */
export function trialOf(
  number: number,
  { seed, subjects }: { readonly seed: number; readonly subjects: readonly Subject[] },
): Trial {
  const rng = random(seed).fork("stranger", number);
  const subject = oneOf(rng, kindsFirst(subjects, rng));
  if (!subject) throw new Error("there is no subject");
  const paths = Object.keys(subject.files);
  // The first is what holds the model.
  const path = (rng.int(2) === 0 ? paths[0] : oneOf(rng, paths)) ?? "";
  const { what, bytes } = mangled(path, subject.files[path] ?? new Uint8Array(), rng);
  return { name: `${subject.name}: ${what}`, subject, files: { ...subject.files, [path]: bytes } };
}

/** ONNX has many subjects, and other formats one each: half of the trials are theirs. */
function kindsFirst(subjects: readonly Subject[], rng: ReturnType<typeof random>): readonly Subject[] {
  const isOnnx = rng.int(2) === 0;
  return subjects.filter(({ name }) => name.startsWith("onnx ") === isOnnx);
}
