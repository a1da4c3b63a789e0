import { count, counted, percent } from "../../base/words.ts";
import type { ConfusedReport, EvaluationReport } from "../data.ts";
import { type Content, type Html, html, named } from "../html.ts";
import type { Section } from "../parts/section.ts";
import { scrolling, table } from "../parts/table.ts";

/** A larger matrix cannot be read, and is told by its largest mistakes. */
const mostClasses = 20;
const mostPairs = 12;

/** What was taken for what. */
export function confusionSection(evaluation: EvaluationReport): Section | undefined {
  const { confusion, classes } = evaluation;
  const pairs = confusedOf(evaluation);
  const body =
    confusion && classes.length <= mostClasses
      ? [
          worst(pairs),
          matrix(
            confusion,
            classes.map(({ name }) => name),
          ),
        ]
      : pairs.length > 0
        ? [pairTable(pairs.slice(0, mostPairs))]
        : undefined;
  return body && { id: "confusion", title: "Confusion", body };
}

const worst = ([pair]: readonly ConfusedReport[]): Html =>
  html`<p>${
    pair
      ? html`Most often ${named(pair.truth)} are taken for ${named(pair.predicted)}: ${counted(pair.count, "picture")},
        ${percent(pair.share)} of that class.`
      : "No class is taken for another."
  } Each row is what pictures show, each column what the model says of them.</p>`;

/** The most frequent confusions, from the matrix where they are not told. */
function confusedOf({ confused, confusion = [], classes }: EvaluationReport): readonly ConfusedReport[] {
  if (confused) return confused;
  const name = (at: number) => classes[at]?.name ?? String(at);
  return confusion
    .flatMap((row, truth) => {
      const all = row.reduce((sum, cell) => sum + cell, 0);
      return row.flatMap((cell, said) =>
        cell > 0 && said !== truth
          ? [{ truth: name(truth), predicted: name(said), count: cell, share: cell / all }]
          : [],
      );
    })
    .sort((a, b) => b.count - a.count || b.share - a.share);
}

function matrix(rows: readonly (readonly number[])[], names: readonly string[]): Html {
  const isMany = names.length > 8;
  // A phone has room for so many letters beside each other.
  const isUpright = names.join("").length > 24;
  const heading = (name: string) =>
    html`<th scope="col"${isUpright && html` class="upright"`}><span title="${name}">${named(name)}</span></th>`;
  return scrolling(
    "Confusion matrix",
    html`<table class="matrix${isMany && " many"}">
<caption class="unseen">Pictures by what they show (rows) and what the model says (columns)</caption>
<thead>
<tr><td></td><th class="said" scope="colgroup" colspan="${names.length}">the model says</th></tr>
<tr><th scope="col"><span class="unseen">the picture shows</span></th>${names.map(heading)}</tr>
</thead>
<tbody>${rows.map((row, at) => matrixRow(row, at, names))}</tbody>
</table>`,
  );
}

function matrixRow(row: readonly number[], truth: number, names: readonly string[]): Html {
  const all = Math.max(
    1,
    row.reduce((sum, cell) => sum + cell, 0),
  );
  const cells = row.map((cell, said) => matrixCell(cell, cell / all, said === truth));
  return html`<tr><th scope="row" title="${names[truth]}">${named(names[truth] ?? String(truth))}</th>${cells}</tr>\n`;
}

/** A cell's tint is its share of the row. */
function matrixCell(cell: number, share: number, isRight: boolean): Html {
  if (cell === 0) return html`<td class="none">0</td>`;
  const kind: Content = isRight ? "right" : "off";
  return html`<td class="${kind}" style="--share:${tint(share, isRight).toFixed(3)}">${count(cell)}</td>`;
}

/** A single mistake among many shall be seen. */
const tint = (share: number, isRight: boolean): number => (isRight ? share : 0.3 + 0.7 * Math.sqrt(share));

const pairTable = (pairs: readonly ConfusedReport[]): Html =>
  table({
    caption: "The most frequent confusions",
    columns: [
      { title: "The picture shows" },
      { title: "The model says" },
      { title: "Pictures", isNumber: true },
      { title: "Of the class", isNumber: true },
    ],
    rows: pairs.map(({ truth, predicted, count: pictures, share }) => [
      named(truth),
      named(predicted),
      count(pictures),
      percent(share),
    ]),
  });
