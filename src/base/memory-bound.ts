/** What ends the memory that a process may take. */
export type MemoryBoundKind =
  /** What the machine has. */
  | "machine"
  /** The limit of a control group: a container, a service, a batch job. */
  | "control-group"
  /** `ulimit -v`: of the address space, which is larger than the memory in use. */
  | "address-space"
  /** `ulimit -d` */
  | "data-segment";

/** One limit of the memory of a process, in bytes. */
export interface MemoryBound {
  readonly kind: MemoryBoundKind;
  /** Of the process, or of all that share the limit. */
  readonly limitBytes: number;
  /** What is left of it, at least 0. */
  readonly freeBytes: number;
  /** How to raise it. */
  readonly where: string;
}

/** The limit that is reached first. */
export const tightest = (bounds: readonly MemoryBound[]): MemoryBound | undefined =>
  bounds.reduce<MemoryBound | undefined>(
    (least, bound) => (least && least.freeBytes <= bound.freeBytes ? least : bound),
    undefined,
  );

/** "a control group's limit of 2.0 GB": what a limit is called in a sentence. */
export const boundNames: { readonly [K in MemoryBoundKind]: string } = {
  machine: "the machine's memory",
  "control-group": "the control group's limit",
  "address-space": "the limit of the address space (ulimit -v)",
  "data-segment": "the limit of the data segment (ulimit -d)",
};
