/** What is read of a folder, and by what: a model, an adapter on the tiny network, or what a run wrote of itself. */
export type SubjectKind = "model" | "adapter" | "run";

/** Files by their paths in a folder, "/" between their parts. */
export type Files = Readonly<Record<string, Uint8Array>>;

/** A small real model as files. */
export interface Subject {
  readonly name: string;
  readonly kind: SubjectKind;
  readonly files: Files;
  /** What of the folder is named; "" for the folder itself. */
  readonly opens: string;
}
