import { count, counted } from "../../base/words.ts";
import type { DatasetReport, FindingReport, ReportBasis, RunReport } from "../data.ts";
import { filed, type Html, html, named } from "../html.ts";
import { barred } from "../parts/bar.ts";
import { folded, type Section } from "../parts/section.ts";
import { table } from "../parts/table.ts";

const mostClasses = 15;
const mostFiles = 5;

type Data = Pick<ReportBasis, "classes" | "examples" | "dataset"> & Pick<RunReport, "skipped" | "health">;

/** What was trained on: pictures per class and split, what was left out, what was noticed. */
export function dataSection({ classes, examples, dataset, skipped = [], health }: Data): Section {
  const { train, val } = examples;
  return {
    id: "data",
    title: "Data",
    body: [
      html`<p>${counted(train, "picture")} to learn from and ${count(val)} to judge by, in
      ${counted(classes.length, "class", "classes")}.${health?.length === 0 && " Nothing conspicuous was found in them."}</p>`,
      dataset && countsOf(dataset),
      health && health.length > 0 && html`<h3>What was noticed</h3><ul class="findings">${health.map(finding)}</ul>`,
      skipped.length > 0 && skippedTable(skipped),
    ],
  };
}

function countsOf(dataset: DatasetReport): Html {
  const { classes } = dataset;
  const rows = countTable(dataset);
  return classes.length > mostClasses ? folded("Pictures per class", rows) : rows;
}

function countTable({ splits, classes }: DatasetReport): Html {
  const most = Math.max(1, ...classes.flatMap(({ counts }) => counts));
  return table({
    caption: "Pictures per class",
    scrollsAs: "Pictures per class",
    columns: [{ title: "Class" }, ...splits.map((split) => ({ title: split, isNumber: true }))],
    rows: classes.map(({ name, counts }) => [named(name), ...counts.map((own) => barred(count(own), own / most))]),
  });
}

const severities: Readonly<Record<FindingReport["severity"], string>> = {
  error: "Error",
  warning: "Warning",
  note: "Note",
};

const finding = ({ severity, code, message, files = [], hint }: FindingReport): Html =>
  html`<li><p><span class="severity ${severity}" title="${code}">${severities[severity]}</span>${message}</p>
${hint !== undefined && html`<p class="quiet">${hint}</p>`}${fileList(files)}</li>`;

function fileList(files: readonly string[]) {
  const list = (some: readonly string[]) =>
    html`<ul class="files">${some.map((file) => html`<li>${filed(file)}</li>`)}</ul>`;
  if (files.length <= mostFiles) return files.length > 0 && list(files);
  return folded(counted(files.length, "file"), list(files));
}

function skippedTable(skipped: NonNullable<RunReport["skipped"]>): Html {
  const caption = `${counted(skipped.length, "picture was", "pictures were")} left out`;
  const rows = table({
    caption,
    scrollsAs: caption,
    columns: [{ title: "File" }, { title: "Why" }],
    rows: skipped.map(({ name, reason }) => [filed(name), reason]),
  });
  return skipped.length > mostFiles ? folded(caption, rows) : rows;
}
