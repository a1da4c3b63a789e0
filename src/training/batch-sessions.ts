import { HostError } from "../base/errors.ts";
import { encodeForEngine } from "../onnx/encode-external.ts";
import type { Graph, Node } from "../onnx/graph.ts";
import { modelOf } from "../onnx/model.ts";
import type { Layout, Program, Programs, TrainingProgram } from "../program/training-program.ts";
import { blockChannels } from "../rewrite/blocked/block-channels.ts";
import { sumIntoProducts } from "../rewrite/sum-into-products.ts";
import { updatesInPlace } from "../rewrite/update-in-place.ts";
import { wholeScalars } from "../rewrite/whole-scalars.ts";
import type { Session, Workspace } from "../runtime/runtime.ts";
import { channelBlock } from "./blocked-engine.ts";

/** Sizes of batches that get sessions of their own: an epoch has one, and another for what is left over. */
const mostSizes = 2;

type Kind = keyof Programs;

/**
 * The sessions of a training program. Each is loaded when it is first needed, laid out for the size of the batches that it
 * is to run: shapes are numbers then, which leaves more ways to compute a gradient, and its convolutions work on blocked
 * tensors where the engine has those. Batches of yet another size run the program that takes any.
 */
export class BatchSessions {
  readonly #program: TrainingProgram;
  readonly #workspace: Workspace;
  readonly #sessions = new Map<string, Promise<Session>>();
  readonly #programs = new Map<string, Programs>();
  #sizes: Readonly<Record<Kind, Set<number>>> = { step: new Set(), accumulate: new Set(), evaluate: new Set() };
  readonly #graphs: Graph[] = [];
  #block: Promise<number | undefined> | undefined;

  constructor(program: TrainingProgram, workspace: Workspace) {
    this.#program = program;
    this.#workspace = workspace;
  }

  /** Of the sessions loaded so far, before they were laid out for the engine: its nodes bear names of nodes in here. */
  get graphs(): readonly Graph[] {
    return this.#graphs;
  }

  /**
   * The sizes that have sessions of their own, by what they do. Which those are decides in what order numbers are added up:
   * with the same sizes, another process comes to the same bits.
   */
  get sizes(): Readonly<Record<Kind, readonly number[]>> {
    const { step, accumulate, evaluate } = this.#sizes;
    return { step: [...step], accumulate: [...accumulate], evaluate: [...evaluate] };
  }

  /** Gives sessions of their own to the sizes that had them in another process. */
  recall(sizes: Readonly<Record<string, readonly number[]>>): void {
    const of = (kind: Kind) => new Set(sizes[kind]);
    this.#sizes = { step: of("step"), accumulate: of("accumulate"), evaluate: of("evaluate") };
  }

  /** @throws {HostError} "engine-failed" */
  session(kind: Kind, count: number): Promise<Session> {
    const sizes = this.#sizes[kind];
    if (sizes.size < mostSizes) sizes.add(count);
    const size = sizes.has(count) ? count : undefined;
    const key = `${kind}:${size}`;
    const known = this.#sessions.get(key);
    if (known) return known;
    const opening = size === undefined ? this.#load(summed(this.#program, kind)) : this.#fixed(kind, size);
    this.#sessions.set(key, opening);
    return opening;
  }

  async #fixed(kind: Kind, size: number): Promise<Session> {
    const block = await this.#blockFor(kind);
    const blocked =
      block === undefined ? undefined : await this.#onBlocks(summed(this.#forBatch(size, { block }), kind), block);
    return blocked ?? this.#load(summed(this.#forBatch(size), kind));
  }

  #forBatch(size: number, layout: Layout = {}): Programs {
    const key = `${size}:${layout.block}`;
    const known = this.#programs.get(key) ?? this.#program.forBatch(size, layout);
    this.#programs.set(key, known);
    return known;
  }

  /** The engine's size of blocks; undefined where it has none, or nothing would lie in them. */
  async #blockFor(kind: Kind): Promise<number | undefined> {
    if (!at(this.#program, kind).graph.nodes.some(isConvolution)) return undefined;
    this.#block ??= channelBlock(this.#workspace);
    return this.#block;
  }

  /** @returns undefined for what cannot lie in blocks, or is not loaded then: it runs plain */
  async #onBlocks(program: Program, block: number): Promise<Session | undefined> {
    const graph = blockChannels(program.graph, { block });
    try {
      return graph && (await this.#load(program, { graph }));
    } catch (error) {
      if (error instanceof HostError) return undefined;
      throw error;
    }
  }

  /** @param graph the program's, as it is laid out */
  async #load(program: Program, { graph }: Pick<Program, "graph"> = program): Promise<Session> {
    const { state, updates } = program;
    const ordered = updatesInPlace(graph, updates);
    const how = { state, updates, inPlace: ordered.inPlace };
    const session = await this.#workspace.load(encodeForEngine(modelOf(wholeScalars(ordered.graph))), how);
    this.#graphs.push(program.graph);
    return session;
  }
}

const isConvolution = ({ op, domain }: Node): boolean => op === "Conv" && domain === "";

/** Before a graph is on blocks, where not all shapes can be told. */
function summed(programs: Programs, kind: Kind): Program {
  const program = at(programs, kind);
  return { ...program, graph: sumIntoProducts(program.graph) };
}

function at(programs: Programs, kind: Kind): Program {
  const program = programs[kind];
  if (program) return program;
  throw new Error(`This program was built without "${kind}".`);
}
