import type { Terminal } from "./terminal.ts";

/** Where a command speaks, and how it learns that it shall stop. */
export interface Ui {
  /** Data: what a script or a person came for. */
  readonly out: Terminal;
  /** Progress and complaints. */
  readonly err: Terminal;
  /** One JSON object per line on stdout instead of text. */
  readonly json: boolean;
  readonly signal: { readonly aborted: boolean };
  /** Does what a Ctrl-C ends at once, rather than after a step. */
  readonly fetching: <T>(fetch: () => Promise<T>) => Promise<T>;
  /** Milliseconds, from any start. */
  readonly now: () => number;
}

/** Prints one JSON object on a line of its own. A few control characters may stand in JSON as they are: no terminal gets them. */
export const printJson = (ui: Pick<Ui, "out">, object: object): void =>
  ui.out.line(JSON.stringify(object).replace(/\p{Cc}/gu, escaped));

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
