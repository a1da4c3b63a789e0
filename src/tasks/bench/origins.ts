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

type Belonging = Omit<Origin, "node">;

/** Finds out what a thing that the engine runs belongs to, by the engine's name for it and its op. */
export class Origins {
  readonly #find: ReturnType<typeof nodeFinder>;
  readonly #trainable: readonly string[];
  /** Nodes of the forward pass by their names. */
  readonly #layers: ReadonlyMap<string, Node>;
  /** Those by what they make: where several became one, it makes what the last did. */
  readonly #makers: ReadonlyMap<string, Node>;
  readonly #readers: ReadonlyMap<string, Node>;
  /** Nodes of what was loaded by their names: what was differentiated is among them. */
  readonly #loaded: ReadonlyMap<string, Node>;
  /** Names of the tensors that depend on the pictures. */
  readonly #activations: ReadonlySet<string>;

  constructor({ forward, trainable, loaded }: OriginsOptions) {
    const pictures = forward.inputs.map(({ name }) => name);
    this.#find = nodeFinder(loaded);
    this.#trainable = trainable;
    this.#layers = byLabel([forward]);
    this.#makers = producers(forward);
    this.#readers = readersOf(forward, trainable);
    this.#loaded = byLabel(loaded);
    this.#activations = new Set(loaded.flatMap((graph) => [...dependentsIn(graph, pictures)]));
  }

  of(name: string, op: string): Origin {
    const node = this.#find(name, op);
    // What a specialising rewrite put in stands in the scope that it serves.
    return { ...this.#belonging(node ?? { name, outputs: [] }), node };
  }

  #belonging({ name, outputs }: Pick<Node, "name" | "outputs">): Belonging {
    const part = gradientPart(name);
    if (part && !this.#layers.has(name)) return this.#gradient(part);
    const layer = this.#layerOf(name === "" ? (outputs[0] ?? "") : name) ?? this.#makers.get(outputs[0] ?? "");
    if (layer) return { role: "forward", layer };
    if (name.startsWith(`${stepScopes.loss}/`)) return { role: "loss", layer };
    return name.startsWith(`${stepScopes.optimizer}/`) ? this.#update(name) : { role: "other", layer };
  }

  #gradient({ of, part }: GradientPart): Belonging {
    if (of.startsWith(`${stepScopes.loss}/`)) return { role: "loss", layer: undefined };
    const layer = this.#layerOf(of);
    const node = this.#loaded.get(of) ?? layer;
    const input = node?.inputs.find((_, at) => inputName(node, at) === part);
    if (!node || input === undefined) return { role: "sums", layer };
    if (!this.#activations.has(input)) return { role: "dW", layer };
    return { role: isProduct(node) ? "dX" : "other gradients", layer };
  }

  #update(name: string): Belonging {
    const rest = name.slice(stepScopes.optimizer.length + 1);
    const weight = this.#trainable.find((one) => rest.startsWith(`${one}/`)) ?? "";
    return { role: "optimizer", layer: this.#readers.get(weight) };
  }

  /** The layer of this name, or the one whose scope it stands in: a layer may be written as several nodes. */
  #layerOf(name: string): Node | undefined {
    return this.#layers.get(name) ?? this.#layers.get(name.slice(0, Math.max(0, name.lastIndexOf("/"))));
  }
}

const byLabel = (graphs: readonly Graph[]): ReadonlyMap<string, Node> =>
  new Map(graphs.flatMap(({ nodes }) => nodes.map((node) => [labelOf(node), node] as const)));

/** The first node that reads each weight. */
function readersOf({ nodes }: Graph, weights: readonly string[]): ReadonlyMap<string, Node> {
  const wanted = new Set(weights);
  const readers = new Map<string, Node>();
  for (const node of nodes) {
    for (const name of node.inputs) if (wanted.has(name) && !readers.has(name)) readers.set(name, node);
  }
  return readers;
}
