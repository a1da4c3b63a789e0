import {
  countFindings,
  type DataHealth,
  type HealthFile,
  type HealthFinding,
  type HealthSplit,
  type Severity,
} from "../../data/health/data-health.ts";
import { columns } from "./columns.ts";
import { count, counted, percent } from "./format.ts";
import type { Colors, Terminal } from "./terminal.ts";
import { wrap } from "./wrap.ts";

export interface HealthLinesOptions {
  /** Whether every class and file is listed. */
  readonly all: boolean;
  readonly terminal: Pick<Terminal, "colors" | "columns" | "live">;
}

/** More is for --all. */
const shownClasses = 12;
const shownFiles = 4;
const shownGroups = 3;
/** Longer lines are hard to read. */
const widest = 100;

interface Layout {
  readonly all: boolean;
  /** Columns of the text. */
  readonly width: number;
  readonly colors: Colors;
}

/** What is known of a data set as lines: counts, the findings by severity, and what that comes to. */
export function healthLines(health: DataHealth, { all, terminal }: HealthLinesOptions): readonly string[] {
  const { colors, live } = terminal;
  // A program that reads wants each fact on one line.
  const width = live ? Math.max(24, Math.min(widest, terminal.columns) - 6) : Number.POSITIVE_INFINITY;
  return [
    "",
    `  ${colors.bold(health.data)}`,
    "",
    ...countLines(health, { all, width, colors }),
    ...health.findings.flatMap((finding) => ["", ...findingLines(finding, { all, width, colors })]),
    "",
    ...verdictLines(health, colors),
    "",
  ];
}

function countLines({ splits, classes, sizes }: DataHealth, { all, colors }: Layout): readonly string[] {
  const { dim } = colors;
  const shown = all ? classes : classes.slice(0, shownClasses);
  const rest = classes.length - shown.length;
  const rows = [
    ["", ...splits.map((split) => dim(split.name))],
    ...shown.map(({ name, pictures }) => [name, ...splits.map((split) => count(pictures[split.name] ?? 0))]),
    ...(rest > 0 ? [[dim(`and ${count(rest)} more classes`), ...splits.map(() => "")]] : []),
    [dim("pictures"), ...splits.map((split) => count(split.pictures))],
  ];
  const sizeLine = sizes
    ? [
        dim(
          `  median ${sizes.width.median} × ${sizes.height.median} pixels; ${range("wide", sizes.width)}, ${range("high", sizes.height)}`,
        ),
      ]
    : [];
  return [
    ...columns(rows, { right: splits.map((_, at) => at + 1) }),
    "",
    ...splits.flatMap((split) => heldLine(split, colors)),
    ...sizeLine,
  ];
}

const range = (what: string, { min, max }: { readonly min: number; readonly max: number }): string =>
  min === max ? `all ${max} ${what}` : `${min} to ${max} ${what}`;

const heldLine = ({ name, heldOut }: HealthSplit, { dim }: Colors): readonly string[] =>
  heldOut === undefined ? [] : [dim(`  ${name}: ${percent(heldOut)} of each class, drawn by the seed`)];

function findingLines({ severity, sentence, hint, files }: HealthFinding, layout: Layout): readonly string[] {
  const { width, colors } = layout;
  const [first = "", ...more] = wrap(sentence, width);
  return [
    `  ${mark(severity, colors)} ${first}`,
    ...more.map((line) => `    ${line}`),
    ...fileLines(files, layout),
    ...wrap(`→ ${hint}`, width).map((line) => `    ${colors.dim(line)}`),
  ];
}

/** Copies are shown group by group: whoever looks wants to see both. */
function fileLines(files: readonly HealthFile[], { all, colors }: Layout): readonly string[] {
  const groups = groupsOf(files);
  const isGrouped = groups.some(({ length }) => length > 1);
  const few = isGrouped
    ? groups.slice(0, shownGroups).flatMap((group) => differing(group).slice(0, shownFiles))
    : files.slice(0, shownFiles);
  const shown = all ? files : few;
  const rows = shown.map((file, at) => [
    `${isGrouped && file.group !== shown[at - 1]?.group ? "•" : " "} ${nameOf(file)}`,
    colors.dim(file.detail ?? ""),
  ]);
  const more = files.length - shown.length;
  return [
    ...columns(rows, { indent: 4 }),
    ...(more > 0 ? [colors.dim(`      and ${count(more)} more: --all lists them`)] : []),
  ];
}

/** One file of each split and class first, then the others: that is where copies harm. */
function differing(group: readonly HealthFile[]): readonly HealthFile[] {
  const firsts = new Map(group.toReversed().map((file) => [`${file.split}/${file.class}`, file]));
  const isFirst = (file: HealthFile) => firsts.get(`${file.split}/${file.class}`) === file;
  return [...group.filter(isFirst), ...group.filter((file) => !isFirst(file))];
}

function groupsOf(files: readonly HealthFile[]): readonly (readonly HealthFile[])[] {
  const groups = new Map<number | HealthFile, HealthFile[]>();
  for (const file of files) {
    const key = file.group ?? file;
    const known = groups.get(key);
    if (known) known.push(file);
    else groups.set(key, [file]);
  }
  return [...groups.values()];
}

const nameOf = ({ split, name }: HealthFile): string => `${split}/${name}`;

const mark = (severity: Severity, { red, yellow, dim }: Colors): string =>
  ({ error: red("✗"), warning: yellow("!"), note: dim("·") })[severity];

function verdictLines({ findings, pictures }: DataHealth, colors: Colors): readonly string[] {
  const { bold, green, red, yellow } = colors;
  const found = countFindings(findings);
  const parts = [
    ...(found.error > 0 ? [counted(found.error, "error")] : []),
    ...(found.warning > 0 ? [counted(found.warning, "warning")] : []),
    ...(found.note > 0 ? [counted(found.note, "note")] : []),
  ].join(", ");
  if (found.error > 0) return [`  ${red("✗")} ${bold("this would spoil training")}: ${parts}`];
  if (found.warning > 0) return [`  ${yellow("!")} ${bold("fit to train on, with care")}: ${parts}`];
  return [`  ${green("✓")} ${bold("fit to train on")}: ${counted(pictures, "picture")}${parts && `, ${parts}`}`];
}
