import { bytes } from "../../base/words.ts";
import type { FetchProgress } from "../../hub/hub.ts";
import { bar } from "./bar.ts";
import type { Ui } from "./ui.ts";

/** Between two changes of the status line. */
const refreshMs = 80;
const barWidth = 20;

/** Shows what is being fetched, and leaves a line for each file that has come. */
export function fetchStatus({ err, now }: Pick<Ui, "err" | "now">): (progress: FetchProgress) => void {
  let shownAt = Number.NEGATIVE_INFINITY;
  return ({ file, done, total }) => {
    const { colors } = err;
    if (done >= total) {
      err.clearStatus();
      if (err.live) err.line(colors.dim(`fetched  ${file} (${bytes(total)})`));
      return;
    }
    if (now() - shownAt < refreshMs) return;
    shownAt = now();
    err.status(
      `fetching ${file}  ${bar(done / total, { width: barWidth, colors })}  ${bytes(done)} of ${bytes(total)}`,
    );
  };
}
