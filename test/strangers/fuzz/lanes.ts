import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Order, Report } from "./process.ts";

/** A trial that takes longer hangs. */
const mostMs = 20_000;

/** No file may take more than this of a machine. */
const mostMegabytes = 2048;

const script = fileURLToPath(new URL("./process.ts", import.meta.url));
const loader = fileURLToPath(new URL("../../load-typescript.js", import.meta.url));

export interface FuzzOptions {
  readonly seed: number;
  readonly processes: number;
  readonly forMs: number;
  readonly onFinding: (finding: Finding) => void;
}

export interface Finding {
  /** Of the trial; undefined where it is of none alone. */
  readonly number?: number;
  readonly what: string;
}

export interface Tally {
  readonly tried: number;
  readonly findings: number;
  /** How often trials ended so: by the code of what was refused, or "read". */
  readonly ends: ReadonlyMap<string, number>;
  /** The most memory that one process held. */
  readonly peakMegabytes: number;
}

/** Tries mangled models until the time is over, in processes of their own: a crash or a hang is seen and survived. */
export async function fuzz(options: FuzzOptions): Promise<Tally> {
  const lanes = new Lanes(options);
  await Promise.all(Array.from({ length: options.processes }, (_, first) => lanes.run(first)));
  if (lanes.peakMegabytes > mostMegabytes) {
    lanes.note({ what: `a process held ${Math.round(lanes.peakMegabytes)} MB at its peak` });
  }
  return lanes;
}

class Lanes implements Tally {
  readonly ends = new Map<string, number>();
  tried = 0;
  findings = 0;
  peakMegabytes = 0;
  readonly #options: FuzzOptions;
  readonly #until: number;

  constructor(options: FuzzOptions) {
    this.#options = options;
    this.#until = Date.now() + options.forMs;
  }

  /** Every `processes`-th trial, in one process, and in another one where that ends. */
  async run(first: number): Promise<void> {
    for (let from: number | undefined = first; from !== undefined; ) from = await this.#watched(from);
  }

  note(finding: Finding): void {
    this.findings++;
    this.#options.onFinding(finding);
  }

  /** @returns the trial to go on from; undefined where the time is over */
  #watched(from: number): Promise<number | undefined> {
    const { seed, processes } = this.#options;
    return new Promise((resolve) => {
      const child = fork(script, { execArgv: ["--import", loader] });
      let current: Report | undefined;
      let timer: NodeJS.Timeout | undefined;
      let isOver = false;
      const stop = () => {
        isOver = true;
        child.kill("SIGKILL");
      };
      const end = setTimeout(stop, Math.max(0, this.#until - Date.now()));
      child.on("message", (report: Report) => {
        clearTimeout(timer);
        current = report.outcome ? undefined : report;
        this.#count(report);
        if (current) timer = setTimeout(() => child.kill("SIGKILL"), mostMs);
      });
      child.on("exit", (code, signal) => {
        clearTimeout(timer);
        clearTimeout(end);
        resolve(isOver ? undefined : this.#ended(current, signal ?? String(code)));
      });
      child.send({ seed, from, step: processes } satisfies Order);
    });
  }

  #count({ number, name, outcome, peakMegabytes }: Report): void {
    this.peakMegabytes = Math.max(this.peakMegabytes, peakMegabytes);
    if (!outcome) return;
    this.tried++;
    const end = outcome.kind === "refused" ? outcome.code : outcome.kind;
    this.ends.set(end, (this.ends.get(end) ?? 0) + 1);
    if (outcome.kind === "fault") this.note({ number, what: `${name}: ${outcome.message}` });
  }

  /** A process that was not told to end. */
  #ended(during: Report | undefined, how: string): number | undefined {
    if (!during) {
      this.note({ what: `a process ended by itself with ${how}, between two trials` });
      return undefined;
    }
    this.tried++;
    const what = how === "SIGKILL" ? `hung for more than ${mostMs / 1000} s` : `ended the process with ${how}`;
    this.note({ number: during.number, what: `${during.name}: ${what}` });
    return during.number + this.#options.processes;
  }
}
