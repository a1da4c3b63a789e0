/** How fast a phase goes: from what was done since it began. */
export class Pace {
  readonly #startedAt: number;
  readonly #initialEpoch: number;
  #epochStartedAt: number;

  /**
   * @param startedAt milliseconds
   * @param initialEpoch epochs done before the phase
   */
  constructor(startedAt: number, initialEpoch: number) {
    this.#startedAt = startedAt;
    this.#epochStartedAt = startedAt;
    this.#initialEpoch = initialEpoch;
  }

  epochEnded(at: number): void {
    this.#epochStartedAt = at;
  }

  /** Examples per second of this epoch, given how many it has seen; undefined before any time has passed. */
  rate(examples: number, at: number): number | undefined {
    const seconds = (at - this.#epochStartedAt) / 1000;
    return seconds > 0 ? examples / seconds : undefined;
  }

  /** Seconds until the epoch `last` ends, validation included, if `share` of epoch `epoch` is done. */
  secondsLeft({ epoch, share, last, at }: { epoch: number; share: number; last: number; at: number }): number {
    const done = epoch - 1 - this.#initialEpoch + share;
    return (((at - this.#startedAt) / 1000) * (last - this.#initialEpoch - done)) / done;
  }
}
