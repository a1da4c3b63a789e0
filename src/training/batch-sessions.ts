import { encodeForEngine } from "../onnx/encode-external.ts";
import type { Node } from "../onnx/graph.ts";
import { modelOf } from "../onnx/model.ts";
import type { Layout, Program, Programs, TrainingProgram } from "../program/training-program.ts";
import { blockChannels } from "../rewrite/blocked/block-channels.ts";
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
    const blocked = await this.#blocked(kind, size);
    if (blocked) {
      try {
        return await this.#load(blocked);
      } catch {
        // What the engine does not load runs plain.
      }
    }
    return this.#load(at(this.#forBatch(size), kind));
  }

  #forBatch(size: number, layout: Layout = {}): Programs {
    const key = `${size}:${layout.block}`;
    const known = this.#programs.get(key) ?? this.#program.forBatch(size, layout);
    this.#programs.set(key, known);
    return known;
  }

  /** The program for an engine with blocked tensors; undefined where it has none, or nothing would lie in them. */
  async #blocked(kind: Kind, size: number): Promise<Program | undefined> {
    if (!at(this.#program, kind).graph.nodes.some(isConvolution)) return undefined;
    this.#block ??= channelBlock(this.#workspace);
    const block = await this.#block;
    if (block === undefined) return undefined;
    const program = at(this.#forBatch(size, { block }), kind);
    const graph = blockChannels(program.graph, { block });
    return graph && { ...program, graph };
  }

  #load({ graph, state, updates }: Program): Promise<Session> {
    const ordered = updatesInPlace(graph, updates);
    const how = { state, updates, inPlace: ordered.inPlace };
    return this.#workspace.load(encodeForEngine(modelOf(wholeScalars(ordered.graph))), how);
  }
}

const isConvolution = ({ op, domain }: Node): boolean => op === "Conv" && domain === "";

function at(programs: Programs, kind: Kind): Program {
  const program = programs[kind];
  if (program) return program;
  throw new Error(`This program was built without "${kind}".`);
}
