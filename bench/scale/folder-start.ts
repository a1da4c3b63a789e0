import { join } from "node:path";
import { type Finished, runProgram } from "../run-program.ts";
import { linesOf, type Measure, type MeasureContext } from "./measure.ts";
import { refuseStopped } from "./pictures.ts";

const images = 100_000;

/**
 * A whole epoch of so many pictures takes minutes: the run is ended some time after its start. What grows with the
 * folder is held by then; what is kept of pictures has limits of its own.
 */
export const folderStart: Measure = async function* (context) {
  const { place, watchSeconds, status, signal } = context;
  status(`linking ${images} pictures`);
  const folder = await place.linked(images);
  status(`training on ${images} pictures, ended after a while`);
  const { startSeconds, finished } = await startedRun(folder, context);
  refuseStopped(signal);
  if (startSeconds === undefined) {
    linesOf(finished);
    return;
  }
  yield { type: "figure", figure: "listing", value: startSeconds, how: "hard links; listed, split, model loaded" };
  const { peakRssMb } = finished;
  const how = `whole process, ${watchSeconds} s into its first epoch`;
  if (peakRssMb !== undefined) yield { type: "figure", figure: "memory", value: peakRssMb, how };
};

interface Started {
  /** Until the first phase began; undefined where none did. */
  readonly startSeconds: number | undefined;
  readonly finished: Finished;
}

async function startedRun(folder: string, { place, signal, watchSeconds }: MeasureContext): Promise<Started> {
  const enough = new AbortController();
  let startSeconds: number | undefined;
  const args = [
    ...["bin/regraft.js", "train", folder, "--model", "models/sketchnet", "--out", join(place.folder, "run")],
    ...["--head-epochs", "1", "--tune-epochs", "0", "--json"],
  ];
  const finished = await runProgram(
    { file: process.execPath, args },
    {
      signal: AbortSignal.any([signal, enough.signal]),
      onOutput: (output, seconds) => {
        if (startSeconds !== undefined || !output.includes('{"type":"phase"')) return;
        startSeconds = seconds;
        setTimeout(() => enough.abort(), 1000 * watchSeconds).unref();
      },
    },
  );
  return { startSeconds, finished };
}
