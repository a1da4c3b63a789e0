import type { Finding, Verdict } from "../../tasks/doctor/finding.ts";
import type { Diagnosis, Trains } from "../../tasks/doctor.ts";
import { pad } from "./columns.ts";
import { shellWord } from "./format.ts";
import { gradientLines } from "./gradients.ts";
import { stepLines } from "./step-reports.ts";
import type { Colors, Terminal } from "./terminal.ts";
import { wrap } from "./wrap.ts";

/** A diagnosis as lines: a finding each, what a step takes, and what to type. */
export function diagnosisLines(
  diagnosis: Diagnosis,
  { colors, columns, live }: Pick<Terminal, "colors" | "columns" | "live">,
): readonly string[] {
  const { bold } = colors;
  const name = Math.max(...diagnosis.findings.map(({ check }) => check.length));
  // A program that reads wants each fact on one line.
  const width = live ? Math.max(24, Math.min(widest, columns) - indent - name - 2) : Number.POSITIVE_INFINITY;
  return [
    "",
    `  ${bold(diagnosis.model)}`,
    "",
    ...diagnosis.findings.flatMap((finding) => findingLines(finding, { name, width, colors })),
    ...stepLines(diagnosis.steps, colors),
    ...(diagnosis.gradients ? gradientLines(diagnosis.gradients, colors) : []),
    "",
    ...verdictLines(diagnosis, colors),
    "",
  ];
}

/** Longer lines are hard to read. */
const widest = 100;
/** Two spaces, the mark, a space. */
const indent = 4;

interface Layout {
  /** Columns of the names. */
  readonly name: number;
  /** Columns of the text. */
  readonly width: number;
  readonly colors: Colors;
}

function findingLines(
  { check, verdict, text, details = [], hint }: Finding,
  { name, width, colors }: Layout,
): readonly string[] {
  const { dim } = colors;
  const lines = [
    ...wrap(text, width),
    ...details.flatMap((detail) => wrap(detail, width)).map(dim),
    ...(hint === undefined ? [] : wrap(`→ ${hint}`, width)),
  ];
  return lines.map((line, at) =>
    at === 0
      ? `  ${mark(verdict, colors)} ${dim(pad(check, name))}  ${line}`
      : `${" ".repeat(indent + name + 2)}${line}`,
  );
}

const mark = (verdict: Verdict, { green, red, yellow }: Colors): string =>
  ({ ok: green("✓"), warning: yellow("!"), problem: red("✗") })[verdict];

const verdicts: { readonly [T in Trains]: readonly [Verdict, string] } = {
  all: ["ok", "trainable: a new head, then all of it"],
  from: ["ok", "trainable: a new head, then the layers behind what stops the gradient"],
  head: ["ok", "trainable: a new head on the frozen base"],
  nothing: ["problem", "not trainable as it is"],
};

function verdictLines({ trains, model, flags, preprocessing }: Diagnosis, colors: Colors): readonly string[] {
  const [verdict, text] = verdicts[trains];
  const undescribed = preprocessing === undefined && !flags.includes("--preprocessing");
  const command = ["npx regraft train <pictures> --model", shellWord(model), ...flags.map(flagWord)].join(" ");
  return [
    `  ${mark(verdict, colors)} ${colors.bold(text)}`,
    ...(trains === "nothing"
      ? []
      : [
          ...(undescribed ? [`    ${colors.dim("with a preprocessor_config.json beside it:")}`] : []),
          `    ${command}`,
        ]),
  ];
}

/** A placeholder stays one. */
const flagWord = (flag: string): string => (/^<\w+>$/.test(flag) ? flag : shellWord(flag));
