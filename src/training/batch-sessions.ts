import { encodeForEngine } from "../onnx/encode-external.ts";
import type { Graph } from "../onnx/graph.ts";
import { modelOf } from "../onnx/model.ts";
import type { Program, Programs, TrainingProgram } from "../program/training-program.ts";
import { blockChannels } from "../rewrite/blocked/block-channels.ts";
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
  readonly #programs = new Map<number, Programs>();
  readonly #sizes: Readonly<Record<Kind, Set<number>>> = {
    step: new Set(),
    accumulate: new Set(),
    evaluate: new Set(),
  };
  #block: Promise<number | undefined> | undefined;

  constructor(program: TrainingProgram, workspace: Workspace) {
    this.#program = program;
    this.#workspace = workspace;
  }

  /** @throws {HostError} "engine-failed" */
  session(kind: Kind, count: number): Promise<Session> {
    const sizes = this.#sizes[kind];
    if (sizes.size < mostSizes) sizes.add(count);
    const size = sizes.has(count) ? count : undefined;
    const key = `${kind}:${size}`;
    const known = this.#sessions.get(key);
    if (known) return known;
    const opening = size === undefined ? this.#load(at(this.#program, kind)) : this.#fixed(kind, size);
    this.#sessions.set(key, opening);
    return opening;
  }

  async #fixed(kind: Kind, size: number): Promise<Session> {
    const program = at(this.#forBatch(size), kind);
    const blocked = await this.#blocked(program.graph);
    if (!blocked) return this.#load(program);
    try {
      return await this.#load({ ...program, graph: blocked });
    } catch {
      return this.#load(program);
    }
  }

  #forBatch(size: number): Programs {
    const known = this.#programs.get(size) ?? this.#program.forBatch(size);
    this.#programs.set(size, known);
    return known;
  }

  async #blocked(graph: Graph): Promise<Graph | undefined> {
    if (!graph.nodes.some(({ op, domain }) => op === "Conv" && domain === "")) return undefined;
    this.#block ??= channelBlock(this.#workspace);
    const block = await this.#block;
    return block === undefined ? undefined : blockChannels(graph, { block });
  }

  #load({ graph, state, updates }: Program): Promise<Session> {
    return this.#workspace.load(encodeForEngine(modelOf(graph)), { state, updates });
  }
}

function at(programs: Programs, kind: Kind): Program {
  const program = programs[kind];
  if (program) return program;
  throw new Error(`This program was built without "${kind}".`);
}
