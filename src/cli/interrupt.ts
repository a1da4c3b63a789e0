/** npm and npx pass a Ctrl-C on that the terminal has sent already: two within this time are one. */
const echoMs = 500;

export interface InterruptOptions {
  /** Milliseconds, from any start. */
  readonly now: () => number;
  /** Called at the first Ctrl-C. */
  readonly warn: () => void;
  /** Called at the second one. */
  readonly quit: () => void;
}

/** Ctrl-C: the first one asks for a stop, the second one ends the program. */
export class Interrupt {
  aborted = false;
  readonly #options: InterruptOptions;
  #firstAt = 0;

  constructor(options: InterruptOptions) {
    this.#options = options;
  }

  /** To be called at each Ctrl-C. */
  readonly press = (): void => {
    const { now, warn, quit } = this.#options;
    if (this.aborted && now() - this.#firstAt >= echoMs) quit();
    if (this.aborted) return;
    this.aborted = true;
    this.#firstAt = now();
    warn();
  };
}
