import type { ErrorCode } from "../../base/error-codes.ts";
import { RegraftError, UsageError } from "../../base/errors.ts";
import { systemError } from "../../base/file-errors.ts";
import { isLoadError, loadError } from "../../base/load-error.ts";
import { memoryError } from "../../base/memory-error.ts";
import { printableLines } from "../../base/printable.ts";
import { withoutAnySecrets } from "../../hub/web-address.ts";
import type { AnyExitCode } from "../exit-codes.ts";
import type { Colors } from "./terminal.ts";
import { traceOf } from "./trace.ts";

/** A failure as the user shall see it. */
export interface Failure {
  readonly exitCode: Exclude<AnyExitCode, 0>;
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | undefined;
  /** Where it comes from, its causes too. */
  readonly trace?: string | undefined;
  /** Of something unexpected: what whoever looks into it has to know. */
  readonly report?: FailureReport | undefined;
}

export interface FailureReport {
  readonly versions: Readonly<Record<string, string>>;
  readonly platform: string;
  readonly command: string;
}

/** What went wrong, from anything that was thrown: an address in it, whoever gave it where, without login and query. */
export function failureOf(thrown: unknown): Failure {
  const { message, hint, trace, ...rest } = told(thrown);
  return {
    ...rest,
    message: withoutAnySecrets(message),
    hint: shownHint(hint),
    trace: trace && withoutAnySecrets(trace),
  };
}

/** One of them shows how a login is written. */
const shownHint = (hint: string | undefined): string | undefined =>
  hint === undefined || hint.includes("//user:password@") ? hint : withoutAnySecrets(hint);

function told(thrown: unknown): Failure {
  const error = thrown instanceof RegraftError ? thrown : foreseen(thrown);
  if (error) {
    const exitCode = error instanceof UsageError ? 2 : error.code === "interrupted" ? 130 : 1;
    return { exitCode, code: error.code, message: error.message, hint: error.hint, trace: traceOf(error) };
  }
  return {
    exitCode: 1,
    code: "unexpected",
    message: `Something unexpected happened: ${thrown instanceof Error ? thrown.message || thrown.name : String(thrown)}`,
    hint: "This is a mistake in Regraft as a rule. Please report it, with these lines; --debug adds where it comes from.",
    trace: traceOf(thrown),
  };
}

/** What others throw, where it is known. */
const foreseen = (thrown: unknown): RegraftError | undefined =>
  memoryError(thrown) ?? systemError(thrown) ?? (isLoadError(thrown) ? loadError("A library", thrown) : undefined);

/** The failure on some lines: what, what to do, the code to search for; of something unexpected, what to report. */
export function errorLines(
  { message, hint, code, trace, report }: Failure,
  { colors, debug }: { readonly colors: Colors; readonly debug: boolean },
): readonly string[] {
  return [
    `${colors.red(colors.bold("error:"))} ${printableLines(message)}`,
    ...(hint ? [`  ${printableLines(hint)}`] : []),
    ...(report ? reportLines(report) : []),
    colors.dim(`  ${code}`),
    ...(debug && trace ? [colors.dim(trace)] : []),
  ];
}

const reportLines = ({ versions, platform, command }: FailureReport): readonly string[] => [
  `    ${[...Object.entries(versions).map(([name, version]) => `${name} ${version}`), platform].join(", ")}`,
  `    ${command}`,
];

/** The failure as the last object of --json. */
export function errorObject({ code, message, hint, trace, report }: Failure, { debug }: { readonly debug: boolean }) {
  return {
    type: "error",
    code,
    message,
    hint: hint ?? null,
    ...(report ? { report } : {}),
    ...(debug && trace ? { trace } : {}),
  };
}
