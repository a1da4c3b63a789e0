import { RegraftError, UsageError } from "../../base/errors.ts";
import type { Colors } from "./terminal.ts";

/** A failure as the user shall see it. */
export interface Failure {
  readonly exitCode: 1 | 2 | 130;
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  /** For a bug: where it happened. */
  readonly stack?: string | undefined;
}

/** What went wrong, from anything that was thrown. */
export function failureOf(error: unknown): Failure {
  if (error instanceof RegraftError) {
    const exitCode = error instanceof UsageError ? 2 : error.code === "interrupted" ? 130 : 1;
    return { exitCode, code: error.code, message: error.message, hint: error.hint, stack: error.stack };
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return {
    exitCode: 1,
    code: "bug",
    message: `This is a bug in Regraft: ${message}`,
    hint: "Please report it, with what --debug prints.",
    stack,
  };
}

/** The failure on some lines: what, what to do, the code to search for. */
export function errorLines(
  { message, hint, code, stack }: Failure,
  { colors, debug }: { readonly colors: Colors; readonly debug: boolean },
): readonly string[] {
  return [
    `${colors.red(colors.bold("error:"))} ${message}`,
    ...(hint ? [`  ${hint}`] : []),
    colors.dim(`  ${code}`),
    ...(debug && stack ? [colors.dim(stack)] : []),
  ];
}
