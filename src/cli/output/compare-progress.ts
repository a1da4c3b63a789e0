import type { CompareEvent } from "../../tasks/compare.ts";
import type { RunEvent } from "../../tasks/run-events.ts";
import { bar } from "./bar.ts";
import { clock, count, counted, duration, percent } from "./format.ts";
import type { Terminal } from "./terminal.ts";

/** Between two changes of the status line, in milliseconds. */
const refreshMs = 80;
const barWidth = 20;

type Of<T extends CompareEvent["type"]> = Extract<CompareEvent, { type: T }>;

/** Shows a comparison to a person: a line per training, and below, on a terminal, a line that moves. */
export class CompareProgress {
  readonly #terminal: Terminal;
  readonly #now: () => number;
  readonly #folder: string;
  #shownAt = Number.NEGATIVE_INFINITY;
  #startedAt = 0;
  #estimate = Number.NaN;
  #training: Of<"training"> | undefined;
  #shares = false;

  /** @param options `now` in milliseconds, from any start; `folder`: where the comparison will be */
  constructor(terminal: Terminal, { now, folder }: { readonly now: () => number; readonly folder: string }) {
    this.#terminal = terminal;
    this.#now = now;
    this.#folder = folder;
  }

  show(event: CompareEvent): void {
    if (event.type === "begin") this.#begin(event);
    if (event.type === "probing")
      this.#terminal.status(this.#terminal.colors.dim(`  timing a few steps: ${event.strategy} …`));
    if (event.type === "estimate") this.#estimated(event);
    if (event.type === "training") {
      this.#training = event;
      this.#shares ||= event.share < 1;
    }
    if (event.type === "run") this.#run(event.event);
    if (event.type === "trained") this.#trained(event);
    if (event.type === "failed") this.#failed(event);
    if (event.type === "reporting") this.#terminal.status(this.#terminal.colors.dim("  writing the report …"));
    if (event.type === "no-report") this.#terminal.line(this.#terminal.colors.yellow(`  no report: ${event.reason}`));
  }

  close(): void {
    this.#terminal.clearStatus();
  }

  #begin({ model, classes, train, val, trainings }: Of<"begin">): void {
    const { bold, dim } = this.#terminal.colors;
    const pictures = `${count(train)} to train on, ${count(val)} to validate`;
    this.#terminal.line(`${dim("model ")}  ${bold(model)}`);
    this.#terminal.line(`${dim("data  ")}  ${counted(classes.length, "class", "classes")}: ${pictures}`);
    this.#terminal.line(`${dim("folder")}  ${this.#folder}`);
    this.#terminal.line(`${dim("plan  ")}  ${counted(trainings, "training")}`);
  }

  #estimated({ seconds, strategies }: Of<"estimate">): void {
    const { bold, dim } = this.#terminal.colors;
    this.#estimate = seconds;
    this.#startedAt = this.#now();
    const parts = Object.entries(strategies).map(([name, one]) => `${name} ${duration(one)}`);
    this.#terminal.clearStatus();
    this.#terminal.line(`${dim("time  ")}  about ${bold(duration(seconds))} ${dim(`(${parts.join(", ")})`)}`);
    this.#terminal.line();
  }

  #run(event: RunEvent): void {
    const training = this.#training;
    if (!training) return;
    if (event.type === "features") {
      this.#status(`features ${event.split}`, event.done / event.total, training);
    }
    if (event.type === "training" && event.event.type === "step") {
      const { epoch, step, steps } = event.event;
      this.#status(`${event.phase} epoch ${epoch}`, step / steps, training);
    }
  }

  /** The share is of the epoch, or the features, under way; the time left is by the estimate. */
  #status(what: string, share: number, { strategy, seed, at, of }: Of<"training">): void {
    const now = this.#now();
    if (!this.#terminal.live || now - this.#shownAt < refreshMs) return;
    this.#shownAt = now;
    const { colors } = this.#terminal;
    const left = this.#estimate - (now - this.#startedAt) / 1000;
    const facts = [`${at}/${of}`, `${strategy} ${seed}`, bar(share, { width: barWidth, colors }), what];
    this.#terminal.status(`  ${facts.join("  ")}${left > 1 ? colors.dim(`  about ${clock(left)} left`) : ""}`);
  }

  #trained({ strategy, seed, share, accuracy, seconds, phases }: Of<"trained">): void {
    const { bold, dim } = this.#terminal.colors;
    const epochs = phases.reduce((sum, phase) => sum + phase.epochs, 0);
    const size = this.#shares ? `  ${percent(share).padStart(6)} ${dim("of the pictures")}` : "";
    this.#terminal.clearStatus();
    this.#terminal.line(
      `  ${bold(strategy.padEnd(8))} ${dim(`seed ${seed}`)}${size}  ${bold(percent(accuracy).padStart(6))} ${dim("right")}  ` +
        dim(`${counted(epochs, "epoch")}, ${duration(seconds)}`),
    );
  }

  #failed({ strategy, seed, reason }: Of<"failed">): void {
    const { yellow, dim } = this.#terminal.colors;
    this.#terminal.clearStatus();
    this.#terminal.line(`  ${yellow(strategy.padEnd(8))} ${dim(`seed ${seed}`)}  ${reason}`);
  }
}
