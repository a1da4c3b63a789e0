import type { CodeOf, ErrorClass, ErrorCode } from "./error-codes.ts";

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

/** An error of one class, which takes that class' codes alone. */
class CodedError<C extends ErrorClass> extends RegraftError {
  declare readonly code: CodeOf<C>;

  constructor(code: CodeOf<C>, message: string, details?: ErrorDetails) {
    super(code, message, details);
  }
}

/** A graph that cannot be read, rewritten or differentiated. */
export class GraphError extends CodedError<"GraphError"> {}
/** A model file or folder that is not what it should be. */
export class ModelError extends CodedError<"ModelError"> {}
/** Pictures, folders of pictures, labels. */
export class DataError extends CodedError<"DataError"> {}
/** A training run that cannot go on. */
export class TrainingError extends CodedError<"TrainingError"> {}
/** A wrong option or flag: the caller's mistake, exit code 2. */
export class UsageError extends CodedError<"UsageError"> {}
/** The machine: disk, engine, permissions. */
export class HostError extends CodedError<"HostError"> {}
