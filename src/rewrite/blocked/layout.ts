import type { StaticShape } from "../../base/shape.ts";
import { isStatic, sizeOf } from "../../base/shape.ts";
import { ints, type Tensor } from "../../base/tensor.ts";
import type { Attributes, Graph, Node } from "../../onnx/graph.ts";
import { consumers, producers } from "../../onnx/graph.ts";
import { inferShapes } from "../../onnx/shapes/infer.ts";
import type { Known } from "../../onnx/shapes/known.ts";
import { freshNames, tensorNames } from "../names.ts";
import { prune } from "../prune.ts";

/** onnxruntime's domain of ops on blocked tensors. */
export const NCHWC = "com.microsoft.nchwc";

/** [N, C, H, W], all numbers. */
export type Picture = readonly [number, number, number, number];

/** A tensor is wanted in a form that it cannot be brought into. */
export class NotBlockable extends Error {}

/**
 * A graph under rewriting, in which each tensor [N, C, H, W] exists plain, blocked, or both. A blocked one lies in memory
 * as [N, C / block, H, W, block] and says that it is [N, C, H, W]; where H and W are 1 both are the same. Reorderings
 * are made when somebody asks for the form that is not there.
 */
export class BlockedLayout {
  readonly block: number;
  readonly graph: Graph;
  readonly nodes: Node[] = [];
  readonly initializers: Map<string, Tensor>;
  /** Kernels that lie in blocks already, by form and name. */
  readonly kernels = new Map<string, string>();
  readonly #known: ReadonlyMap<string, Known>;
  readonly #makers: ReadonlyMap<string, Node>;
  readonly #readers: ReadonlyMap<string, readonly Node[]>;
  readonly #outputs: ReadonlySet<string>;
  readonly #fresh: (stem: string) => string;
  readonly #plain = new Set<string>();
  readonly #blocked = new Map<string, string>();
  readonly #deferred = new Map<string, () => void>();
  readonly #willBeBlocked = new Set<string>();
  readonly #taken = new Set<Node>();
  readonly #constants = new Map<string, string>();
  readonly #reshaped = new Map<string, readonly number[]>();
  /** The node whose place is being filled: those that do so are named after it. */
  #current = "";

  constructor(graph: Graph, block: number) {
    this.graph = graph;
    this.block = block;
    this.initializers = new Map(graph.initializers);
    this.#known = inferShapes(graph);
    this.#makers = producers(graph);
    this.#readers = consumers(graph);
    this.#outputs = new Set(graph.outputs.map(({ name }) => name));
    this.#fresh = freshNames(new Set([...tensorNames(graph), ...graph.nodes.map(({ name }) => name)]));
    for (const name of [...graph.inputs.map((input) => input.name), ...graph.initializers.keys()])
      this.#plain.add(name);
  }

  known(name: string): Known | undefined {
    return this.#known.get(name);
  }

  /** The numbers of a constant. */
  constantOf(name: string): Tensor | undefined {
    return this.#known.get(name)?.constant;
  }

  shape(name: string): StaticShape | undefined {
    const shape = this.#known.get(name)?.shape;
    return shape && isStatic(shape) ? shape : undefined;
  }

  /** The extents of a tensor that can be blocked, undefined for every other. */
  picture(name: string): Picture | undefined {
    const shape = this.shape(name);
    return shape?.length === 4 && (shape[1] ?? 1) % this.block === 0 ? (shape as unknown as Picture) : undefined;
  }

  maker(name: string): Node | undefined {
    return this.#makers.get(name);
  }

  readers(name: string): readonly Node[] {
    return this.#readers.get(name) ?? [];
  }

  /** The node that alone reads a tensor which the graph does not give out. */
  onlyReader(name: string): Node | undefined {
    const [reader, ...others] = this.readers(name);
    return others.length === 0 && !this.#outputs.has(name) ? reader : undefined;
  }

  /** Whether a tensor exists blocked, so that work on it costs no reordering. */
  isBlocked(name: string): boolean {
    return this.#blocked.has(name) || this.#willBeBlocked.has(name);
  }

  /** Says which node is looked at. */
  begin({ name }: Node): void {
    this.#current = name;
  }

  /** Marks a node as done by the rule of another. */
  take(node: Node): void {
    this.#taken.add(node);
  }

  isTaken(node: Node): boolean {
    return this.#taken.has(node);
  }

  /** Emits a node only when one of its outputs is asked for: who reads it may then do without. */
  defer(name: string, emit: () => void, { blocked = false }: { readonly blocked?: boolean } = {}): true {
    this.#deferred.set(name, emit);
    if (blocked) this.#willBeBlocked.add(name);
    return true;
  }

  /** Forgets what was deferred: another node makes it as well. */
  drop(name: string): void {
    this.#deferred.delete(name);
  }

  isOutput(name: string): boolean {
    return this.#outputs.has(name);
  }

  constant(value: Tensor): string {
    const name = this.#fresh("blocked.constant");
    this.initializers.set(name, value);
    return name;
  }

  isDeferred(name: string): boolean {
    return this.#deferred.has(name);
  }

  /** Copies a node as it is, its inputs plain. */
  copy(node: Node): void {
    for (const name of node.inputs) if (name !== "") this.plain(name);
    this.nodes.push(node);
    for (const name of node.outputs) if (name !== "") this.#plain.add(name);
  }

  /** The tensor of this name as it was. */
  plain(name: string): string {
    this.#settle(name);
    if (this.#plain.has(name)) return name;
    const blocked = this.#blocked.get(name);
    const shape = this.picture(name);
    if (blocked === undefined || !shape) throw new NotBlockable(name);
    if (this.known(name)?.dtype !== "float32") throw new NotBlockable(name);
    this.#plain.add(name);
    if (shape[2] * shape[3] === 1) {
      this.#push("Identity", [blocked], name, {}, "");
      return name;
    }
    this.#push("ReorderOutput", [blocked], name, { channels: { kind: "int", value: shape[1] } }, NCHWC);
    return name;
  }

  /** The name of the blocked form of a tensor. */
  blocked(name: string): string {
    this.#settle(name);
    const known = this.#blocked.get(name);
    if (known !== undefined) return known;
    const shape = this.picture(name);
    if (!shape || this.known(name)?.dtype !== "float32" || !this.#plain.has(name)) throw new NotBlockable(name);
    const made = shape[2] * shape[3] === 1 ? name : this.emit("ReorderInput", [name], {}, { domain: NCHWC });
    this.#blocked.set(name, made);
    return made;
  }

  /** Says that `made` is the blocked form of a tensor of the graph. */
  define(name: string, made: string): true {
    this.#blocked.set(name, made);
    return true;
  }

  /** Says that a node just emitted under this very name makes the tensor plain. */
  definePlain(name: string): true {
    this.#plain.add(name);
    return true;
  }

  /** Says that a node just emitted gives a tensor out, in another shape than it has in the graph. */
  giveOut(name: string, shape: readonly number[]): true {
    this.#reshaped.set(name, shape);
    return this.definePlain(name);
  }

  /** Adds a node and returns its output's name. */
  emit(
    op: string,
    inputs: readonly string[],
    attributes: Attributes = {},
    { domain = "", output, like }: { readonly domain?: string; readonly output?: string; readonly like?: Node } = {},
  ): string {
    const made = output ?? this.#fresh(`${like ? like.outputs[0] : inputs[0]}.${op}`);
    return this.#push(op, inputs, made, attributes, domain, like ? like.name : undefined);
  }

  /** A constant vector of integers: a shape, axes. */
  ints(values: readonly number[]): string {
    const key = values.join();
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const name = this.#fresh("blocked.ints");
    this.initializers.set(name, ints(values));
    this.#constants.set(key, name);
    return name;
  }

  reshape(name: string, extents: readonly number[]): string {
    return this.emit("Reshape", [name, this.ints(extents)]);
  }

  transpose(name: string, perm: readonly number[]): string {
    return this.emit("Transpose", [name], { perm: { kind: "ints", value: perm } });
  }

  /** [G, b, 1, L] to [G, L, b]: the engine's fastest way to turn a pile of matrices over. */
  intoBlocks(name: string): string {
    return this.emit("ReorderInput", [name], {}, { domain: NCHWC });
  }

  /** The way back: [G, L, b] to [G, b, L], or all the channels of a blocked tensor. */
  outOfBlocks(name: string, channels: number): string {
    return this.emit("ReorderOutput", [name], { channels: { kind: "int", value: channels } }, { domain: NCHWC });
  }

  /** Exchanges the first two of three axes, which moves nothing where one of them is 1. */
  exchangeFirst(name: string, extents: readonly [number, number, number]): string {
    return extents[0] === 1 || extents[1] === 1 ? name : this.transpose(this.reshape(name, extents), [1, 0, 2]);
  }

  /** The extents of a blocked tensor in memory. */
  extents([n, c, h, w]: Picture): readonly number[] {
    return [n, c / this.block, h, w, this.block];
  }

  build(): Graph {
    for (const { name } of this.graph.outputs) this.plain(name);
    const domains = new Map([...(this.graph.domains ?? []), [NCHWC, 1]]);
    // What made a kernel or a product in the plain way is not needed any more.
    const outputs = this.graph.outputs.map((output) => ({
      ...output,
      shape: this.#reshaped.get(output.name) ?? output.shape,
    }));
    return prune({ ...this.graph, nodes: this.nodes, outputs, initializers: this.initializers, domains });
  }

  #settle(name: string): void {
    const emit = this.#deferred.get(name);
    this.#deferred.delete(name);
    emit?.();
  }

  #push(
    op: string,
    inputs: readonly string[],
    output: string,
    attributes: Attributes,
    domain: string,
    name = this.#fresh(`${this.#current}.${op}`),
  ): string {
    this.nodes.push({ name, op, domain, inputs, outputs: [output], attributes });
    return output;
  }
}

/** @returns the number of elements of a tensor, undefined where it depends on the run */
export const sizeOfTensor = (layout: BlockedLayout, name: string): number | undefined => {
  const shape = layout.shape(name);
  return shape && sizeOf(shape);
};
