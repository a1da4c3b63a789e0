import { readFileSync } from "node:fs";
import type { Tensor } from "../src/base/tensor.ts";
import { decodeModel } from "../src/onnx/decode.ts";
import type { Graph } from "../src/onnx/graph.ts";
import { raiseOpset } from "../src/rewrite/raise-opset.ts";
import { simplify } from "../src/rewrite/simplify.ts";
import { readSafetensors } from "./safetensors.ts";

const folder = new URL("./golden/", import.meta.url);

export const goldenUrl = (file: string): URL => new URL(file, folder);

/** A golden network, raised and simplified: [N, 3, 32, 32] in, logits [N, 5] out. */
export const goldenGraph = (file: string): Graph =>
  simplify(raiseOpset(decodeModel(readFileSync(goldenUrl(file)))).graph);

/** A golden tensor by name. */
export function goldenTensors(file: string): (name: string) => Tensor {
  const tensors = readSafetensors(goldenUrl(file));
  return (name) => {
    const found = tensors[name];
    if (!found) throw new Error(`${file} has no tensor "${name}"`);
    return found;
  };
}
