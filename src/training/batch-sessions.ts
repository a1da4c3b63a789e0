import { HostError } from "../base/errors.ts";
import { encodeForEngine } from "../onnx/encode-external.ts";
import type { Graph } from "../onnx/graph.ts";
import { modelOf } from "../onnx/model.ts";
import type { Session, Workspace } from "../runtime/runtime.ts";
import { channelBlock } from "./blocked-engine.ts";
import type { EngineProgram, EnginePrograms, ProgramKind } from "./engine-programs.ts";

/** Sizes of batches that get sessions of their own: an epoch has one, and another for what is left over. */
export const mostSizes = 2;

/**
 * The sessions of a training program. Each is loaded when it is first needed, laid out for the size of the batches that it
 * is to run; batches of yet another size run the program that takes any.
 */
export class BatchSessions {
  readonly #programs: EnginePrograms;
  readonly #workspace: Workspace;
  readonly #sessions = new Map<string, Promise<Session>>();
  #sizes: Readonly<Record<ProgramKind, Set<number>>> = {
    step: new Set(),
    accumulate: new Set(),
    evaluate: new Set(),
  };
  readonly #graphs: Graph[] = [];

  constructor(programs: EnginePrograms, workspace: Workspace) {
    this.#programs = programs;
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
  get sizes(): Readonly<Record<ProgramKind, readonly number[]>> {
    const { step, accumulate, evaluate } = this.#sizes;
    return { step: [...step], accumulate: [...accumulate], evaluate: [...evaluate] };
  }

  /** Gives sessions of their own to the sizes that had them in another process. */
  recall(sizes: Readonly<Record<string, readonly number[]>>): void {
    const of = (kind: ProgramKind) => new Set(sizes[kind]);
    this.#sizes = { step: of("step"), accumulate: of("accumulate"), evaluate: of("evaluate") };
  }

  /** @throws {HostError} "engine-failed" · "out-of-memory" */
  session(kind: ProgramKind, count: number): Promise<Session> {
    const sizes = this.#sizes[kind];
    if (sizes.size < mostSizes) sizes.add(count);
    const size = sizes.has(count) ? count : undefined;
    const key = `${kind}:${size}`;
    const known = this.#sessions.get(key);
    if (known) return known;
    const opening = this.#open(kind, size);
    this.#sessions.set(key, opening);
    return opening;
  }

  async #open(kind: ProgramKind, size: number | undefined): Promise<Session> {
    const block = size === undefined ? undefined : await this.#blockFor(kind);
    const blocked = block === undefined ? undefined : await this.#onBlocks(kind, { size, block });
    return blocked ?? this.#load(this.#programs.laidOut(kind, { size }));
  }

  /** The engine's size of blocks; undefined where it has none, or nothing would lie in them. */
  async #blockFor(kind: ProgramKind): Promise<number | undefined> {
    return this.#programs.hasConvolutions(kind) ? channelBlock(this.#workspace) : undefined;
  }

  /** @returns undefined for what cannot lie in blocks, or is not loaded then: it runs plain */
  async #onBlocks(
    kind: ProgramKind,
    layout: { readonly size: number | undefined; readonly block: number },
  ): Promise<Session | undefined> {
    const program = this.#programs.laidOut(kind, layout);
    try {
      return program && (await this.#load(program));
    } catch (error) {
      if (error instanceof HostError && error.code !== "out-of-memory") return undefined;
      throw error;
    }
  }

  async #load(program: EngineProgram | undefined): Promise<Session> {
    if (!program) throw new Error("a program that lies plain can always be made");
    const { plain, graph, inPlace } = program;
    const { state, updates } = plain;
    const session = await this.#workspace.load(encodeForEngine(modelOf(graph)), { state, updates, inPlace });
    this.#graphs.push(plain.graph);
    return session;
  }
}
