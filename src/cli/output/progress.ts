import type { Normalization } from "../../tasks/from-scratch.ts";
import type { PhaseName } from "../../tasks/phase.ts";
import type { RunEvent } from "../../tasks/run-events.ts";
import type { EpochRecord } from "../../training/epoch-record.ts";
import type { StepEvent, TrainingEvent } from "../../training/events.ts";
import { bar } from "./bar.ts";
import { clock, count, counted, decimals, duration, percent, shellWord } from "./format.ts";
import { Pace } from "./pace.ts";
import { type Colors, type Terminal, widthOf } from "./terminal.ts";

/** Between two changes of the status line. */
const refreshMs = 80;
const barWidth = 20;
/** Findings about the data that are told before training. */
const shownFindings = 3;

type Of<T extends RunEvent["type"]> = Extract<RunEvent, { type: T }>;

/**
 * Shows a run to a person: a line per epoch, and below, on a terminal, a line that moves. Made for one run; `close` takes
 * the moving line away.
 */
export class Progress {
  readonly #terminal: Terminal;
  readonly #now: () => number;
  readonly #run: string;
  readonly #every: number;
  #epochs = 0;
  #shownAt = Number.NEGATIVE_INFINITY;
  /** When the work began that is being timed: a phase, or the features of the next part of the data. */
  #startedAt = 0;
  #pace = new Pace(0, 0);

  /**
   * @param options `now` in milliseconds, from any start; `run`: the folder that the run will be in; `every`: only each
   *   so many epochs have a line that stays, and the last one
   */
  constructor(
    terminal: Terminal,
    { now, run, every = 1 }: { readonly now: () => number; readonly run: string; readonly every?: number },
  ) {
    this.#terminal = terminal;
    this.#now = now;
    this.#run = run;
    this.#every = every;
  }

  show(event: RunEvent): void {
    if (event.type === "start") this.#start(event);
    if (event.type === "resumed") this.#resumed(event);
    if (event.type === "fresh-weights") this.#terminal.line(freshLine(event, this.#terminal.colors));
    if (event.type === "checking") this.#checking(event);
    if (event.type === "health") this.#health(event);
    if (event.type === "phase") this.#phase(event);
    if (event.type === "features") this.#featured(event);
    if (event.type === "training") this.#trained(event.phase, event.event);
    if (event.type === "reporting") this.#terminal.status(this.#terminal.colors.dim("  writing the report …"));
    if (event.type === "no-report") this.#terminal.line(this.#terminal.colors.yellow(`  no report: ${event.reason}`));
    if (event.type === "saved") this.#terminal.clearStatus();
    if (event.type === "failed") this.#failed(event);
  }

  close(): void {
    this.#terminal.clearStatus();
  }

  #failed({ path }: Of<"failed">): void {
    this.#terminal.clearStatus();
    this.#terminal.line(
      `What was done so far stays in ${path}. To go on: npx regraft train --resume ${shellWord(path)}`,
    );
  }

  #start({ model, classes, train, val, head }: Of<"start">): void {
    const { bold, dim } = this.#terminal.colors;
    const names = classes.length > 6 ? `${classes.slice(0, 5).join(", ")}, …` : classes.join(", ");
    const pictures = `${count(train)} to train on, ${count(val)} to validate`;
    this.#terminal.line(`${dim("model")}  ${bold(model)}`);
    this.#terminal.line(
      `${dim("head ")}  ${head.node} ${dim(`· its ${count(head.features)} features go to the new layers`)}`,
    );
    this.#terminal.line(
      `${dim("data ")}  ${counted(classes.length, "class", "classes")} ${dim(`(${names})`)}: ${pictures}`,
    );
    this.#terminal.line(`${dim("run  ")}  ${this.#run}`);
  }

  #resumed({ at, refused }: Of<"resumed">): void {
    const { dim, yellow } = this.#terminal.colors;
    for (const { file, reason } of refused)
      this.#terminal.line(`${yellow("!    ")}  checkpoint ${file} is not used: ${reason}`);
    const steps = at && at.steps > 0 ? ` and ${counted(at.steps, "step")}` : "";
    const place = at
      ? `after ${counted(at.epochs, "epoch")}${steps} (${at.phase})`
      : "at the beginning: there is no checkpoint";
    this.#terminal.line(`${dim("on   ")}  goes on ${place}`);
  }

  #checking({ done, total }: Of<"checking">): void {
    if (done === 1) this.#startedAt = this.#now();
    const rate = (1000 * done) / (this.#now() - this.#startedAt);
    this.#status(`  ${this.#terminal.colors.dim("checking")}`, done / total, [
      speed(rate),
      left((total - done) / rate),
    ]);
  }

  /** What could spoil the training, a line each; notes are for `regraft check`. */
  #health({ findings }: Of<"health">): void {
    this.#terminal.clearStatus();
    const { dim, red, yellow } = this.#terminal.colors;
    const severe = findings.filter(({ severity }) => severity !== "note");
    for (const { severity, sentence } of severe.slice(0, shownFindings)) {
      this.#terminal.line(`${severity === "error" ? red("✗    ") : yellow("!    ")}  ${sentence}`);
    }
    if (severe.length === 0) return;
    const more = severe.length - shownFindings;
    this.#terminal.line(
      dim(`       ${more > 0 ? `and ${more} more; ` : ""}regraft check tells which files, and what to do`),
    );
  }

  #phase({ name, epochs, learningRate, trainable, frozen, cached }: Of<"phase">): void {
    const { bold, dim } = this.#terminal.colors;
    this.#startedAt = this.#now();
    const weights = `${count(trainable)} weights trained, ${count(frozen)} frozen`;
    const facts = [counted(epochs, "epoch"), `learning rate ${learningRate}`, weights, ...(cached ? ["cached"] : [])];
    this.#terminal.line();
    this.#terminal.line(`${bold(name)} ${dim(`· ${facts.join(" · ")}`)}`);
  }

  #featured({ split, done, total }: Of<"features">): void {
    const seconds = (this.#now() - this.#startedAt) / 1000;
    const { dim } = this.#terminal.colors;
    if (done >= total) {
      this.#startedAt = this.#now();
      this.#terminal.clearStatus();
      this.#terminal.line(dim(`  features of ${counted(total, "picture")} (${split}) in ${duration(seconds)}`));
      return;
    }
    const rate = seconds > 0 && done > 0 ? done / seconds : undefined;
    const facts = [speed(rate), left(rate === undefined ? undefined : (total - done) / rate)];
    this.#status(`  features ${dim(split)}`, done / total, facts);
  }

  #trained(phase: PhaseName, event: TrainingEvent): void {
    if (event.type === "begin") {
      this.#epochs = event.epochs;
      this.#pace = new Pace(this.#now(), event.initialEpoch + event.done.length);
    }
    if (event.type === "step") this.#step(phase, event);
    if (event.type === "epoch") this.#epoch(phase, event);
    if (event.type === "end") this.#terminal.clearStatus();
  }

  #step(phase: PhaseName, { epoch, step, steps, examples, loss, metrics }: StepEvent): void {
    const [at, share] = [this.#now(), step / steps];
    this.#status(`  ${this.#where(phase, epoch)}`, share, [
      speed(this.#pace.rate(examples, at)),
      `loss ${decimals(loss)}`,
      `acc ${percent(metrics.accuracy)}`,
      left(this.#pace.secondsLeft({ epoch, share, last: this.#epochs, at })),
    ]);
  }

  #epoch(phase: PhaseName, { epoch, loss, metrics, valLoss, valMetrics, seconds }: EpochRecord): void {
    const { bold, dim } = this.#terminal.colors;
    this.#pace.epochEnded(this.#now());
    if (epoch % this.#every !== 0 && epoch !== this.#epochs) return;
    const trained = `${dim("loss")} ${decimals(loss)}  ${dim("acc")} ${percent(metrics.accuracy).padStart(6)}`;
    const judged = valLoss === undefined ? "" : `  ${dim("val loss")} ${decimals(valLoss)}`;
    const accuracy = valMetrics ? `  ${dim("val acc")} ${bold(percent(valMetrics.accuracy).padStart(6))}` : "";
    this.#terminal.clearStatus();
    const others = Object.entries(valMetrics ?? {})
      .filter(([name]) => name !== "accuracy")
      .map(([name, value]) => `  ${dim(`val ${name}`)} ${decimals(value)}`);
    const told = [trained, judged, accuracy, ...others].join("");
    this.#terminal.line(`  ${this.#where(phase, epoch)}  ${told}  ${dim(duration(seconds))}`);
  }

  #where(phase: PhaseName, epoch: number): string {
    const digits = String(this.#epochs).length;
    return `${phase} ${String(epoch).padStart(digits)}/${this.#epochs}`;
  }

  /** Facts are left out from the right where the terminal is too narrow for them. */
  #status(name: string, share: number, facts: readonly string[]): void {
    const now = this.#now();
    if (!this.#terminal.live || now - this.#shownAt < refreshMs) return;
    this.#shownAt = now;
    const { columns, colors } = this.#terminal;
    const fixed = `${name}  ${bar(share, { width: barWidth, colors })}`;
    let room = columns - 1 - widthOf(name) - 2 - barWidth;
    const fitting = facts.filter((fact) => {
      const fits = fact !== "" && room >= fact.length + 2;
      if (fits) room -= fact.length + 2;
      return fits;
    });
    this.#terminal.status([fixed, ...fitting].join("  "));
  }
}

function freshLine({ normalization, givenBack }: Of<"fresh-weights">, { dim }: Colors): string {
  const told: { readonly [N in Normalization]: string } = {
    batch: "",
    other: "",
    "given-back": `${counted(givenBack, "convolution")} got the BatchNorm back that the export had merged into them`,
    none: "nothing normalizes in this network, so it learns at a lower rate",
  };
  const reason = told[normalization];
  return `${dim("fresh")}  all weights are drawn anew${reason === "" ? "" : dim(` · ${reason}`)}`;
}

const speed = (perSecond: number | undefined): string =>
  perSecond === undefined ? "" : `${perSecond < 10 ? perSecond.toFixed(1) : count(Math.round(perSecond))} images/s`;

const left = (seconds: number | undefined): string =>
  seconds === undefined || !Number.isFinite(seconds) ? "" : `${clock(seconds)} left`;
