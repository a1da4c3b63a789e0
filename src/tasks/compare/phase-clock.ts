import type { PhaseName } from "../phase.ts";
import type { RunEvent } from "../run-events.ts";

/** How long the parts of a phase took, in seconds. */
export interface PhaseTimes {
  /** Before it: the phase in front of it put away, the graph differentiated and loaded. */
  ready: number;
  /** The frozen part run on all pictures, where its features are kept. */
  features: number;
  readonly epochs: { readonly steps: number; readonly validation: number }[];
}

/** Takes the time between the events of a training, from when it is made. */
export class PhaseClock {
  readonly phases = new Map<PhaseName, PhaseTimes>();
  readonly #now: () => number;
  #last: number;
  #steps = 0;

  /** @param now milliseconds, from any start */
  constructor(now: () => number) {
    this.#now = now;
    this.#last = now();
  }

  hear(event: RunEvent): void {
    if (event.type === "phase") this.phases.set(event.name, { ready: this.lap(), features: 0, epochs: [] });
    if (event.type !== "training") return;
    const [times, told] = [this.phases.get(event.phase), event.event];
    if (!times) return;
    if (told.type === "begin") times.features = this.lap();
    if (told.type === "step" && told.step === told.steps) this.#steps = this.lap();
    if (told.type === "epoch") times.epochs.push({ steps: this.#steps, validation: this.lap() });
  }

  /** Seconds since the last lap. */
  lap(): number {
    const now = this.#now();
    const seconds = (now - this.#last) / 1000;
    this.#last = now;
    return seconds;
  }
}
