import { bar } from "./bar.ts";
import { clock, count } from "./format.ts";
import type { Ui } from "./ui.ts";

/** Between two changes of the status line. */
const refreshMs = 80;
const barWidth = 20;

/** Shows how many pictures have been looked at. */
export function checkProgress({ err, now }: Pick<Ui, "err" | "now">): (done: number, total: number) => void {
  const startedAt = now();
  let shownAt = Number.NEGATIVE_INFINITY;
  return (done, total) => {
    if (done === total) err.status(err.colors.dim("  comparing the pictures …"));
    if (done === total || now() - shownAt < refreshMs) return;
    shownAt = now();
    const left = (((now() - startedAt) / done) * (total - done)) / 1000;
    const facts = `${count(done)} of ${count(total)} pictures  ${clock(left)} left`;
    err.status(`  checking  ${bar(done / total, { width: barWidth, colors: err.colors })}  ${facts}`);
  };
}
