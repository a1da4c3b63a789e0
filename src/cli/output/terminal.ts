import { stripVTControlCharacters } from "node:util";
import picocolors from "picocolors";
import { printable } from "../../base/printable.ts";

export type Colors = ReturnType<typeof picocolors.createColors>;
export type Environment = Readonly<Record<string, string | undefined>>;

/** The part of a stream that is written to. */
export interface Sink {
  write(text: string): void;
  readonly isTTY?: boolean;
  readonly columns?: number;
  /** Nobody reads any more. */
  readonly closed?: boolean;
}

const clearLine = "\r\u001b[2K";
const defaultColumns = 80;

/** Lines, and one line at the end that changes in place where a person is watching. */
export class Terminal {
  readonly colors: Colors;
  /** A person watches: text may be replaced in place. */
  readonly live: boolean;
  readonly #sink: Sink;
  #status = "";

  /** Colours follow NO_COLOR, FORCE_COLOR and TERM=dumb, else whether the stream is a terminal. */
  constructor(sink: Sink, env: Environment = {}) {
    this.#sink = sink;
    this.live = sink.isTTY === true && env.TERM !== "dumb";
    this.colors = picocolors.createColors(!env.NO_COLOR && (this.live || Boolean(env.FORCE_COLOR)));
  }

  get columns(): number {
    const { columns = 0 } = this.#sink;
    return columns > 0 ? columns : defaultColumns;
  }

  get closed(): boolean {
    return this.#sink.closed === true;
  }

  /** Writes lines that stay; a status line moves below them. */
  line(text = ""): void {
    this.#sink.write(`${this.#status && clearLine}${harmless(text)}\n${this.#status}`);
  }

  /** Shows the text in place of the last status; nothing where nobody watches. The text is cut at the right edge. */
  status(text: string): void {
    if (!this.live || text === this.#status) return;
    this.#status = cut(harmless(text).replaceAll("\n", "\\n"), this.columns - 1);
    this.#sink.write(`${clearLine}${this.#status}`);
  }

  clearStatus(): void {
    if (this.#status) this.#sink.write(clearLine);
    this.#status = "";
  }
}

/** Colours and line breaks, which are the program's own; where names come in, `printableParts` has seen to it. */
const own = /(\u001b\[[\d;]*m|\n)/;

/** The text without anything else that a terminal obeys, whatever forgot to make it printable. */
const harmless = (text: string): string =>
  text
    .split(own)
    .map((part) => (own.test(part) ? part : printable(part)))
    .join("");

/** Columns that the text takes, its colours left out. */
export const widthOf = (text: string): number => [...stripVTControlCharacters(text)].length;

/** A text with colours cannot be cut in the middle of one: without them then. */
function cut(text: string, columns: number): string {
  return widthOf(text) <= columns ? text : [...stripVTControlCharacters(text)].slice(0, columns).join("");
}
