import { crc32c, crc32cOf } from "../../base/crc32c.ts";
import { bytesOf } from "../../base/tensor.ts";
import { utf8 } from "../../base/utf8.ts";
import type { Dataset, TrainVal } from "../../data/dataset.ts";
import type { Graph } from "../../onnx/graph.ts";

/** What a run depends on beside its options: checksums of the pictures' names and classes, and of the base's weights. */
export interface Fingerprint {
  readonly train: number;
  readonly validation: number;
  readonly base: number;
}

/** A checkpoint goes with these alone. Pictures are known by name: what is in them is not looked at. */
export const fingerprintOf = (graph: Graph, { train, val }: TrainVal): Fingerprint => ({
  train: ofDataset(train),
  validation: ofDataset(val),
  base: ofGraph(graph),
});

function ofDataset(dataset: Dataset): number {
  const rows = Array.from({ length: dataset.size }, (_, index) => [dataset.name(index), dataset.label(index)]);
  return crc32c(utf8.encode(JSON.stringify([dataset.classes, rows])));
}

function ofGraph({ nodes, initializers }: Graph): number {
  const pieces = [...initializers].flatMap(([name, tensor]) => [
    utf8.encode(`${name} ${tensor.shape}`),
    bytesOf(tensor),
  ]);
  return crc32cOf([utf8.encode(nodes.map(({ op, name }) => `${op} ${name}`).join("\n")), ...pieces]);
}
