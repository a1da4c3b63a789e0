import type { ErrorCode } from "./error-codes.ts";

export interface ErrorDetails {
  /** What the reader can do about it, as one sentence or a flag to pass. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** Every error that Regraft throws on purpose: what happened, where, what was expected and what to do. */
export class RegraftError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, { hint, cause }: ErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    this.hint = hint;
  }
}

/** A graph that cannot be read, rewritten or differentiated. */
export class GraphError extends RegraftError {}
/** A model file or folder that is not what it should be. */
export class ModelError extends RegraftError {}
/** Pictures, folders of pictures, labels. */
export class DataError extends RegraftError {}
/** A training run that cannot go on. */
export class TrainingError extends RegraftError {}
/** A wrong option or flag: the caller's mistake, exit code 2. */
export class UsageError extends RegraftError {}
/** The machine: disk, engine, permissions. */
export class HostError extends RegraftError {}
