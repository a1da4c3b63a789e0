import { consumers, type Graph, type Node } from "../onnx/graph.ts";
import { labelOf } from "./names.ts";

/**
 * The PyTorch modules that products of a graph were, as far as their names tell: "blocks.0.attn.qkv". The first of these
 * that there is, so that every export of one network gives the same path, and the same file always the same one:
 *
 * 1. the weight's name without ".weight": `classifier.1.weight` ► `classifier.1`
 * 2. the name of a bias that only this product has, without ".bias", where an exporter renamed the weight it transposed
 * 3. the node's name without its op, a part that repeats the one before it counted once:
 *    `/features/features.3/features.3.0/Conv` ► `features.3.0`
 * 4. the node's name as it is
 */
export function modulePaths(graph: Graph): (node: Node, weight: string) => string {
  const readers = consumers(graph);
  const biasOf = (node: Node): string | undefined => {
    const [reader, ...others] = readers.get(node.outputs[0] ?? "") ?? [];
    const added = reader?.op === "Add" && others.length === 0 ? reader.inputs : [];
    return [...node.inputs.slice(2), ...added].find(
      (name) => graph.initializers.has(name) && (readers.get(name)?.length ?? 0) === 1,
    );
  };
  return (node, weight) =>
    withoutSuffix(weight, ".weight") ??
    withoutSuffix(biasOf(node) ?? "", ".bias") ??
    pathOf(node) ??
    labelOf(node).replaceAll("/", ".");
}

const withoutSuffix = (name: string, suffix: string): string | undefined =>
  name.length > suffix.length && name.endsWith(suffix) ? name.slice(0, -suffix.length) : undefined;

/** undefined where the name is no path. */
function pathOf({ name }: Node): string | undefined {
  const parts = name.split("/").filter(Boolean);
  if (parts.length < 2) return undefined;
  const modules = parts.slice(0, -1);
  return modules.filter((part, at) => !modules[at + 1]?.startsWith(`${part}.`)).join(".");
}
