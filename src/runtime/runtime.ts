import type { Tensor } from "../base/tensor.ts";

export type Tensors = Readonly<Record<string, Tensor>>;

/** Opens places to run ONNX models in. The only door to a numeric engine. */
export interface Runtime {
  readonly name: string;
  open(options: WorkspaceOptions): Promise<Workspace>;
}

export interface WorkspaceOptions {
  /** Threads inside one op, from 1. */
  readonly threads: number;
}

/** A model whose large weights stand beside its message, which holds less than 2 GiB. */
export interface ModelParts {
  /** The message; its buffer may be taken over (detached) by the engine. */
  readonly bytes: Uint8Array;
  /** The bytes of each weight by the location that the message gives for it, at offset 0. */
  readonly external: readonly { readonly location: string; readonly bytes: Uint8Array }[];
}

/**
 * A place where sessions run, one after another, off the caller's thread. It keeps named STATE: tensors (weights,
 * optimizer moments) that stay there between runs and that several sessions can share.
 */
export interface Workspace {
  /** @throws {HostError} "engine-failed" */
  load(model: Uint8Array | ModelParts, options?: SessionOptions): Promise<Session>;
  /** Creates or overwrites state tensors. The tensors are copied. */
  setState(tensors: Tensors): Promise<void>;
  /** Copies of state tensors; all of them when no names are given. @throws {HostError} "engine-failed" for an unknown name */
  getState(names?: readonly string[]): Promise<Tensors>;
  /** Frees everything. The workspace and its sessions are unusable afterwards. */
  close(): Promise<void>;
}

export interface SessionOptions {
  /** Model inputs that are read from the state tensor of the same name, instead of being fed. */
  readonly state?: readonly string[];
  /** Model outputs that become the new value of a state tensor: output name to state name. As many numbers, in any shape. */
  readonly updates?: Readonly<Record<string, string>>;
  /**
   * State tensors whose new value may be written over the old one during the run, without a second buffer: what reads the
   * old value is sure to come before. After a run that failed their values are lost. A runtime need not make use of it.
   */
  readonly inPlace?: readonly string[];
  /** Whether the engine notes what each node takes, which itself takes some time. Not every runtime can. */
  readonly profile?: boolean;
}

/** What one run took, by the engine's clock. */
export interface RunTimes {
  /** Of the whole run; what its nodes leave over went by between them. */
  readonly ms: number;
  /** In the order in which they ran. */
  readonly nodes: readonly NodeTime[];
}

/** A node at work. */
export interface NodeTime {
  /**
   * As the engine calls it: the name of the model's node, or one made from the names of nodes or tensors where nodes were
   * joined or exchanged.
   */
  readonly name: string;
  /** As the engine calls it: "Conv", "FusedMatMul". */
  readonly op: string;
  readonly ms: number;
}

/** A loaded model. */
export interface Session {
  /**
   * Runs the model once and then applies its state updates, all or none but for those in place.
   *
   * @param feeds every input that is not state; their buffers may be taken over (detached) by the engine
   * @returns the outputs that are not state updates
   * @throws {HostError} "engine-failed"
   */
  run(feeds: Tensors): Promise<Tensors>;
  /**
   * Ends profiling. There where it was asked for and the runtime can do it.
   *
   * @returns what each run so far took, in their order
   * @throws {HostError} "engine-failed"
   */
  profile?(): Promise<readonly RunTimes[]>;
  release(): Promise<void>;
}
