import type { RunEvent } from "../../tasks/run-events.ts";
import { printableParts } from "./printable.ts";
import { Progress } from "./progress.ts";
import { lineOf } from "./run-lines.ts";
import { printJson, type Ui } from "./ui.ts";

/**
 * Shows a run while it goes on: its events as JSON lines, or as text on stderr. With --json the text stays only where
 * it disturbs nobody: a person at stderr, a program at stdout.
 *
 * @param run the folder that the run will be in
 * @param work does the run and tells its events
 */
export async function watchRun<T>(
  ui: Ui,
  run: string,
  work: (onEvent: (event: RunEvent) => void) => Promise<T>,
): Promise<T> {
  const progress = new Progress(ui.err, { now: ui.now, run });
  const isShown = !ui.json || (ui.err.live && !ui.out.live);
  try {
    return await work((event) => {
      const line = ui.json ? lineOf(event) : undefined;
      if (line) printJson(ui, line);
      if (isShown) progress.show(printableParts(event));
    });
  } finally {
    progress.close();
  }
}
