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

/** What JSON may hold as it is, and a terminal or a reader of lines takes for more than a character. */
const bare = /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** Prints one JSON object on a line of its own: names as they are, their control characters written as JSON's escapes. */
export const printJson = (ui: Pick<Ui, "out">, object: object): void =>
  ui.out.line(JSON.stringify(object).replace(bare, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`));
