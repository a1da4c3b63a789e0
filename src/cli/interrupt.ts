/** npm and npx pass a Ctrl-C on that the terminal has sent already: two within this time are one. */
const echoMs = 500;

export interface InterruptOptions {
  /** Milliseconds, from any start. */
  readonly now: () => number;
  /** Called at the first Ctrl-C, with what goes on. */
  readonly warn: (during: Activity) => void;
  /** Called at the second one. */
  readonly quit: () => void;
}

/** What a command is about: a fetch ends at once, work between two steps. */
export type Activity = "fetch" | "work";

/** Ctrl-C: the first one asks for a stop, the second one ends the program. */
export class Interrupt {
  readonly #options: InterruptOptions;
  readonly #controller = new AbortController();
  #fetches = 0;
  #firstAt = 0;

  constructor(options: InterruptOptions) {
    this.#options = options;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Does what a Ctrl-C ends at once. */
  readonly fetching = async <T>(fetch: () => Promise<T>): Promise<T> => {
    this.#fetches++;
    try {
      return await fetch();
    } finally {
      this.#fetches--;
    }
  };

  /** To be called at each Ctrl-C. */
  readonly press = (): void => {
    const { now, warn, quit } = this.#options;
    const { aborted } = this.signal;
    if (aborted && now() - this.#firstAt >= echoMs) quit();
    if (aborted) return;
    this.#firstAt = now();
    warn(this.#fetches > 0 ? "fetch" : "work");
    this.#controller.abort();
  };
}
