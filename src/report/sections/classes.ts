import { count, percent } from "../../base/words.ts";
import type { ClassReport, EvaluationReport } from "../data.ts";
import { html, named } from "../html.ts";
import { barred } from "../parts/bar.ts";
import { folded, type Section } from "../parts/section.ts";
import { table } from "../parts/table.ts";

/** So many are shown at once. */
const mostShown = 12;

/** How well each class is found, the worst first. */
export function classesSection({ classes }: EvaluationReport): Section | undefined {
  const rows = classes.filter((row) => row.count > 0).sort((a, b) => a.f1 - b.f1);
  if (rows.length === 0) return undefined;
  const isLong = rows.length > mostShown + 3;
  const [first, rest] = isLong ? [rows.slice(0, mostShown), rows.slice(mostShown)] : [rows, []];
  return {
    id: "classes",
    title: "Classes",
    body: [
      classTable(first, isLong ? `The ${mostShown} classes with the lowest F1` : "The lowest F1 first"),
      html`<p class="quiet"><small>Precision: of the pictures that the model says show the class, the share that do. Recall: of
      those that show it, the share that the model finds. F1 is their harmonic mean.</small></p>`,
      rest.length > 0 && folded(`The other ${rest.length} classes`, classTable(rest, "The other classes")),
    ],
  };
}

const classTable = (rows: readonly ClassReport[], caption: string) =>
  table({
    caption,
    scrollsAs: caption,
    columns: [
      { title: "Class" },
      { title: "F1", isNumber: true },
      { title: "Precision", isNumber: true },
      { title: "Recall", isNumber: true },
      { title: "Pictures", isNumber: true },
    ],
    rows: rows.map(({ name, count: pictures, precision, recall, f1 }) => [
      named(name),
      barred(percent(f1), f1),
      percent(precision),
      percent(recall),
      count(pictures),
    ]),
  });
