import type { Graph, Node } from "../onnx/graph.ts";
import type { Layout, Program, Programs, TrainingProgram } from "../program/training-program.ts";
import { blockChannels } from "../rewrite/blocked/block-channels.ts";
import { sumIntoProducts } from "../rewrite/sum-into-products.ts";
import { updatesInPlace } from "../rewrite/update-in-place.ts";
import { wholeScalars } from "../rewrite/whole-scalars.ts";

/** What is run while training. */
export type ProgramKind = keyof Programs;

/** A program as an engine is to run it. */
export interface EngineProgram {
  /** Before it was laid out: the engine's nodes bear names of nodes in here. */
  readonly plain: Program;
  readonly graph: Graph;
  /** State that is written over while it runs. */
  readonly inPlace: readonly string[];
}

export interface EngineLayout {
  /** Examples in a batch; undefined: any number. */
  readonly size: number | undefined;
  /** Channels that the engine keeps together; undefined: tensors stay plain. */
  readonly block?: number | undefined;
}

/**
 * The programs of a training program in the form in which they are loaded: for batches of one size, where shapes are numbers and leave
 * more ways to compute a gradient, and on blocked tensors where the engine has those. Each is made once.
 */
export class EnginePrograms {
  readonly #program: TrainingProgram;
  readonly #sized = new Map<string, Programs>();
  readonly #made = new Map<string, EngineProgram | undefined>();

  constructor(program: TrainingProgram) {
    this.#program = program;
  }

  /** Whether something of a program would lie in blocks. */
  hasConvolutions(kind: ProgramKind): boolean {
    return at(this.#program, kind).graph.nodes.some(isConvolution);
  }

  /** @returns undefined for what cannot lie in blocks: it runs plain */
  laidOut(kind: ProgramKind, layout: EngineLayout): EngineProgram | undefined {
    const key = `${kind}:${layout.size}:${layout.block}`;
    if (!this.#made.has(key)) this.#made.set(key, this.#make(kind, layout));
    return this.#made.get(key);
  }

  #make(kind: ProgramKind, { size, block }: EngineLayout): EngineProgram | undefined {
    const plain = summed(size === undefined ? this.#program : this.#forSize(size, { block }), kind);
    const graph = block === undefined ? plain.graph : blockChannels(plain.graph, { block });
    if (!graph) return undefined;
    const ordered = updatesInPlace(graph, plain.updates);
    return { plain, graph: wholeScalars(ordered.graph), inPlace: ordered.inPlace };
  }

  #forSize(size: number, layout: Layout): Programs {
    const key = `${size}:${layout.block}`;
    const known = this.#sized.get(key) ?? this.#program.forBatch(size, layout);
    this.#sized.set(key, known);
    return known;
  }
}

const isConvolution = ({ op, domain }: Node): boolean => op === "Conv" && domain === "";

/** Before a graph is on blocks, where not all shapes can be told. */
function summed(programs: Programs, kind: ProgramKind): Program {
  const program = at(programs, kind);
  return { ...program, graph: sumIntoProducts(program.graph) };
}

function at(programs: Programs, kind: ProgramKind): Program {
  const program = programs[kind];
  if (program) return program;
  throw new Error(`This program was built without "${kind}".`);
}
