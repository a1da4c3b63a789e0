import { sum } from "../base/sums.ts";
import { type EngineMemory, engineMemory } from "../onnx/engine-memory.ts";
import type { TrainingProgram } from "../program/training-program.ts";
import { blockedShapes } from "../rewrite/blocked/blocked-shapes.ts";
import type { EngineProgram, EnginePrograms, ProgramKind } from "./engine-programs.ts";

/** What a `fit` goes through. */
export interface FitShape {
  /** Examples to train on, from 1. */
  readonly train: number;
  /** Examples to validate on, from 0. */
  readonly val: number;
  /** Examples per batch, from 1. */
  readonly batch: number;
  /** Batches per update, from 1. */
  readonly accumulate: number;
}

/** A session by what it runs. */
export interface SessionUse {
  readonly kind: ProgramKind;
  /** Examples in its batches. */
  readonly size: number;
}

/** Memory of sessions and of the state that they share, in bytes. */
export interface SessionsMemory {
  /** Frozen weights and other constants, in each of the sessions. */
  readonly constantBytes: number;
  /** Trained weights, running statistics, optimizer slots, gradient sums; those that are not updated in place twice. */
  readonly stateBytes: number;
  /** Activations and gradients: each session keeps what it took once, in use or not. */
  readonly arenaBytes: number;
  /** The same as address space. */
  readonly reservedBytes: number;
}

/** The sessions that a `fit` loads: one for the batches of an epoch, another for the smaller one at its end. */
export function sessionsOf({ train, val, batch, accumulate }: FitShape): readonly SessionUse[] {
  const sizes = (examples: number) => [...(examples >= batch ? [batch] : []), examples % batch].filter((n) => n > 0);
  const uses = (kind: ProgramKind, examples: number) => sizes(examples).map((size) => ({ kind, size }));
  const waiting = accumulate > 1 ? uses("accumulate", train).slice(0, 1) : [];
  return [...uses("step", train), ...waiting, ...uses("evaluate", val)];
}

/**
 * What sessions take together, from the graphs that the engine is given.
 *
 * @param block channels that the engine keeps together; undefined: it has no blocked tensors
 * @throws {GraphError} "bad-shape" · "bad-graph" · "no-gradient"
 */
export function sessionsMemory(
  { program, programs }: { readonly program: TrainingProgram; readonly programs: EnginePrograms },
  { uses, block }: { readonly uses: readonly SessionUse[]; readonly block: number | undefined },
): SessionsMemory {
  const loaded = uses.map(({ kind, size }) => loadedAs(programs, kind, { size, block }));
  const memories = loaded.map(memoryOf);
  const total = (of: (memory: EngineMemory) => number) => sum(memories.map(of));
  return {
    constantBytes: total(({ constantBytes }) => constantBytes),
    stateBytes: stateBytes(program) + secondBuffers(program, loaded),
    arenaBytes: total(({ arenaBytes }) => arenaBytes),
    reservedBytes: total(({ reservedBytes }) => reservedBytes),
  };
}

/** Of everything that a program trains on, once. */
export const stateBytes = ({ state }: Pick<TrainingProgram, "state">): number =>
  sum(Object.values(state).map(({ data }) => data.byteLength));

function loadedAs(
  programs: EnginePrograms,
  kind: ProgramKind,
  { size, block }: { readonly size: number; readonly block: number | undefined },
): EngineProgram {
  const blocked = programs.hasConvolutions(kind) ? programs.laidOut(kind, { size, block }) : undefined;
  const program = blocked ?? programs.laidOut(kind, { size });
  if (!program) throw new Error("a program that lies plain can always be made");
  return program;
}

const memoryOf = ({ graph, plain }: EngineProgram): EngineMemory =>
  engineMemory(graph, { elsewhere: Object.keys(plain.updates), learn: blockedShapes });

/** Bytes of the state that some session updates in a second buffer. */
function secondBuffers({ state }: TrainingProgram, loaded: readonly EngineProgram[]): number {
  const twice = loaded.flatMap(({ plain, inPlace }) =>
    Object.values(plain.updates).filter((name) => !inPlace.includes(name)),
  );
  return sum([...new Set(twice)].map((name) => state[name]?.data.byteLength ?? 0));
}
