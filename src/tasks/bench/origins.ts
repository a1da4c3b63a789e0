import { dependentsIn } from "../../autodiff/dependents.ts";
import { type GradientPart, gradientPart, inputName } from "../../autodiff/gradient-scope.ts";
import type { Graph, Node } from "../../onnx/graph.ts";
import { producers } from "../../onnx/graph.ts";
import { isProduct } from "../../onnx/multiply-adds.ts";
import { stepScopes } from "../../program/step-scopes.ts";
import { labelOf } from "../../rewrite/names.ts";
import { nodeFinder } from "./node-finder.ts";

/**
 * What a part of a step is there for. "dX" and "dW": gradients of the ops that sum products (Conv, Gemm, ...), dW those of
 * all other weights and of biases too; "other gradients": masks of activations, pooling, normalization by activations;
 * "sums": where gradients meet; "other": what the engine put in, or joined beyond recognition.
 */
export const roles = ["forward", "loss", "dX", "dW", "other gradients", "sums", "optimizer", "other"] as const;

export type Role = (typeof roles)[number];

/** Where something that the engine runs comes from. */
export interface Origin {
  readonly role: Role;
  /** The node of the forward pass that it belongs to. */
  readonly layer: Node | undefined;
  /** The node of the loaded graph that runs; of several that were joined, the one that sums products. */
  readonly node: Node | undefined;
}

export interface OriginsOptions {
  /** The forward pass. */
  readonly forward: Graph;
  /** Names of the initializers that are trained. */
  readonly trainable: readonly string[];
  /** What the engine loaded. */
  readonly loaded: readonly Graph[];
}

/** Finds out what a thing that the engine runs belongs to, by the engine's name for it and its op. */
export function originsOf({ forward, trainable, loaded }: OriginsOptions): (name: string, op: string) => Origin {
  const find = nodeFinder(loaded);
  const known = new Map(forward.nodes.map((node) => [labelOf(node), node]));
  const made = producers(forward);
  const readers = readersOf(forward, trainable);
  const activations = dependentsIn(
    forward,
    forward.inputs.map(({ name }) => name),
  );
  const gradient = ({ of, part }: GradientPart): Omit<Origin, "node"> => {
    if (of.startsWith(`${stepScopes.loss}/`)) return { role: "loss", layer: undefined };
    const layer = known.get(of);
    const input = layer?.inputs.find((_, at) => inputName(layer, at) === part);
    if (part === "sum" || !layer || input === undefined) return { role: "sums", layer };
    if (!activations.has(input)) return { role: "dW", layer };
    return { role: isProduct(layer) ? "dX" : "other gradients", layer };
  };
  const origin = ({ name, outputs: [output = ""] }: Node): Omit<Origin, "node"> => {
    const layer = made.get(output);
    if (layer) return { role: "forward", layer };
    const part = gradientPart(name);
    if (part) return gradient(part);
    const scope = known.get(name.slice(0, name.lastIndexOf("/")));
    if (scope) return { role: "forward", layer: scope };
    if (name.startsWith(`${stepScopes.loss}/`)) return { role: "loss", layer: undefined };
    if (!name.startsWith(`${stepScopes.optimizer}/`)) return { role: "other", layer: undefined };
    const rest = name.slice(stepScopes.optimizer.length + 1);
    const weight = trainable.find((one) => rest.startsWith(`${one}/`)) ?? "";
    return { role: "optimizer", layer: readers.get(weight) };
  };
  return (name, op) => {
    const node = find(name, op);
    return node ? { ...origin(node), node } : { role: "other", layer: undefined, node: undefined };
  };
}

/** The first node that reads each weight. */
function readersOf({ nodes }: Graph, weights: readonly string[]): ReadonlyMap<string, Node> {
  const wanted = new Set(weights);
  const readers = new Map<string, Node>();
  for (const node of nodes) {
    for (const name of node.inputs) if (wanted.has(name) && !readers.has(name)) readers.set(name, node);
  }
  return readers;
}
