import { ModelError } from "../base/errors.ts";
import { bytes } from "../base/words.ts";
import type { Graph } from "../onnx/graph.ts";
import { footprint } from "../onnx/memory.ts";
import { BATCH } from "../rewrite/input.ts";
import { labelOf } from "../rewrite/names.ts";
import type { Host } from "./host.ts";

/**
 * Refuses a graph of which one picture alone (or the batch that it is made for) takes more memory than there is, before
 * the engine asks for it: a damaged extent, or a model for another machine.
 *
 * @throws {ModelError} "too-large"
 */
export function requireMemory(graph: Graph, { memory }: Pick<Host, "memory">): void {
  const { peakBytes, inputBytes, peakAt } = footprint(graph, { extents: { [BATCH]: 1 } });
  const free = memory.free();
  if (peakBytes + inputBytes <= free) return;
  const where = peakAt ? `, most of it at ${peakAt.op} "${labelOf(peakAt)}"` : "";
  throw new ModelError(
    "too-large",
    `One run of the model takes ${bytes(peakBytes + inputBytes)}${where}; there are ${bytes(free)} free.`,
    {
      hint: "Use a smaller input size, or a machine with more memory. Where the sizes are absurd, the file is damaged.",
    },
  );
}
