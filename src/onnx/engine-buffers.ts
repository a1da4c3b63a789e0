import { isView, overwritable } from "./buffers.ts";
import type { Graph, Node } from "./graph.ts";

export interface EngineBufferOptions {
  /** Shape and size of elements of a tensor as one word; undefined where its shape is not known. */
  readonly kindOf: (name: string) => string | undefined;
  /** Tensors for which the caller brings the memory. */
  readonly elsewhere: ReadonlySet<string>;
}

/** A buffer of the engine, which several tensors lie in one after the other. */
export interface EngineBuffer {
  /** The tensor that it is made for: as large as that one. */
  readonly first: string;
  /** Positions of the node that it is made for, and of the last one that reads or writes it. */
  readonly from: number;
  readonly to: number;
}

/**
 * Which buffers onnxruntime plans for a graph: a result is a view of its first input, is written over an input that nobody reads any
 * more, or lies in a buffer of the same shape that is free by then. Such a buffer is kept in between: what is planned once is not
 * given back to the arena before its last tensor is read.
 *
 * @param graph its nodes in the engine's order
 * @see onnxruntime's allocation planner (FindReusableInput, FindReusableTensor)
 */
export function engineBuffers(
  { nodes, inputs, initializers, outputs }: Graph,
  { kindOf, elsewhere }: EngineBufferOptions,
): readonly EngineBuffer[] {
  const given = new Set([...inputs.map(({ name }) => name), ...initializers.keys(), ...elsewhere]);
  const kept = new Set(outputs.map(({ name }) => name));
  const reads = countReads(nodes);
  const rootOf = new Map<string, string>();
  const root = (name: string): string => rootOf.get(name) ?? name;
  const left = new Map<string, number>();
  const spans = new Map<string, { from: number; to: number }>();
  const free: string[] = [];
  const isOurs = (name: string) => spans.has(name) && !kept.has(name);
  const reuse = (owner: string, name: string) => {
    rootOf.set(name, owner);
    left.set(owner, (left.get(owner) ?? 0) + (reads.get(name) ?? 0));
  };
  const freed = (kind: string | undefined): string | undefined => {
    const at = kind === undefined ? -1 : free.findIndex((name) => kindOf(name) === kind);
    return at < 0 ? undefined : free.splice(at, 1)[0];
  };
  for (const [at, node] of nodes.entries()) {
    for (const [place, name] of node.outputs.entries()) {
      if (name === "" || given.has(name)) continue;
      const viewed = place === 0 && isView(node) && !kept.has(name) ? root(node.inputs[0] ?? "") : undefined;
      const over = place === 0 && !kept.has(name) ? overwritten(node) : undefined;
      const owner = viewed ?? over ?? (kept.has(name) ? undefined : freed(kindOf(name)));
      if (owner !== undefined) reuse(owner, name);
      else {
        spans.set(name, { from: at, to: at });
        left.set(name, reads.get(name) ?? 0);
      }
    }
    for (const name of [...node.inputs, ...node.outputs]) {
      const span = spans.get(root(name));
      if (span) span.to = at;
    }
    for (const name of node.inputs) release(name, 1);
    for (const name of node.outputs) release(name, 0);
  }
  for (const name of kept) {
    const span = spans.get(root(name));
    if (span) span.to = nodes.length;
  }
  return [...spans].map(([first, { from, to }]) => ({ first, from, to }));

  /** The buffer that a node may write over: read here for the last time, and of its shape. */
  function overwritten(node: Node): string | undefined {
    const kind = kindOf(node.outputs[0] ?? "");
    const owners = overwritable(node).map(root);
    return owners.find(
      (owner, place) =>
        isOurs(owner) &&
        left.get(owner) === 1 &&
        kind !== undefined &&
        kindOf(overwritable(node)[place] ?? "") === kind,
    );
  }

  function release(name: string, count: number): void {
    const owner = root(name);
    if (!isOurs(owner)) return;
    const rest = (left.get(owner) ?? 0) - count;
    left.set(owner, rest);
    if (rest === 0 && !free.includes(owner)) free.unshift(owner);
  }
}

/** How often each tensor is read. */
function countReads(nodes: readonly Node[]): ReadonlyMap<string, number> {
  const reads = new Map<string, number>();
  for (const { inputs } of nodes) for (const name of inputs) reads.set(name, (reads.get(name) ?? 0) + 1);
  return reads;
}
