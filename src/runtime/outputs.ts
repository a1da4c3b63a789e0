import { HostError } from "../base/errors.ts";
import { isDType } from "../base/tensor.ts";
import type { Tensors } from "./runtime.ts";

/** The numbers of a float32 output. @throws {HostError} "engine-failed" where there is none of this name */
export function float32Output(outputs: Tensors, name: string): Float32Array {
  const value = outputs[name];
  if (value && isDType(value, "float32")) return value.data;
  throw new HostError("engine-failed", `The engine gave no float32 output "${name}".`);
}
