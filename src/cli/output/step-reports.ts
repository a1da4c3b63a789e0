import { bytes, count } from "../../base/words.ts";
import { few } from "../../tasks/doctor/measure-step.ts";
import type { StepReport } from "../../tasks/doctor/step-report.ts";
import { columns } from "./columns.ts";
import { duration } from "./format.ts";
import type { Colors } from "./terminal.ts";

const parts = [
  ["frozen weights", "constantBytes"],
  ["trained weights, optimizer", "stateBytes"],
  ["activations, gradients", "arenaBytes"],
  ["pictures, features", "pictureBytes"],
  ["copies of the weights", "copyBytes"],
  ["the engine itself", "engineBytes"],
  ["heaps, decoding", "heapBytes"],
] as const;

const titles = { head: "a new head alone", tune: "the base too" } as const;

/** What a step takes, a column per phase: first what was worked out from the graph, then what steps took here. */
export function stepLines(steps: readonly StepReport[], colors: Colors): readonly string[] {
  const { bold, dim } = colors;
  const [first] = steps;
  if (!first) return [];
  const row = (name: string, cell: (step: StepReport) => string) => [name, ...steps.map(cell)];
  const rows = [
    [dim(`a step of ${count(first.batch)}`), ...steps.map(({ phase }) => bold(titles[phase]))],
    row("trained numbers", ({ trained }) => count(trained)),
    row("memory, estimated", ({ estimated }) => `+ ${bytes(estimated.peakBytes - estimated.heldBytes)}`),
    ...parts.map(([name, part]) => row(dim(`  ${name}`), ({ estimated }) => dim(bytes(estimated[part])))),
    row("memory, measured", ({ measured }) => grown(measured?.grownBytes)),
    row("time, measured", time),
    ...(steps.some(({ measured }) => measured?.frozenSecondsPerPicture !== undefined)
      ? [row(dim("  and once per picture"), frozenTime)]
      : []),
  ];
  const notes = new Set(steps.flatMap(notesOf));
  return ["", ...columns(rows, { right: steps.map((_, at) => at + 1) }), ...[...notes].map((note) => `  ${dim(note)}`)];
}

function notesOf({ measured, notMeasured, batch }: StepReport): readonly string[] {
  if (notMeasured) return [`not measured: ${notMeasured}`];
  if (measured && measured.steps === 0)
    return [`about: ${count(batch)} pictures take too long to try; worked out from steps of 1 and ${few}`];
  return [];
}

const grown = (size: number | undefined): string => (size === undefined ? "–" : `+ ${bytes(size)}`);

/** A step that was too long to run is told from shorter ones, and says so. */
function time({ measured }: StepReport): string {
  if (!measured) return "–";
  return measured.steps > 0 ? duration(measured.seconds) : `about ${duration(measured.seconds)}`;
}

function frozenTime({ measured }: StepReport): string {
  return measured?.frozenSecondsPerPicture === undefined ? "" : duration(measured.frozenSecondsPerPicture);
}
