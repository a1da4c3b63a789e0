import { type ErrorCode, errorCodes } from "../base/error-codes.ts";
import { UsageError } from "../base/errors.ts";
import { suggestion } from "../base/suggestion.ts";

export type ErrorAccount = { readonly code: ErrorCode } & (typeof errorCodes)[ErrorCode];

const codes = Object.keys(errorCodes) as readonly ErrorCode[];

/**
 * What there is to say of error codes.
 *
 * @param wanted one of them; all where none is named
 * @throws {UsageError} "bad-option" for a code that there is not
 */
export function explainErrors(wanted?: string): readonly ErrorAccount[] {
  const found = codes.filter((code) => wanted === undefined || code === wanted.trim());
  if (found.length > 0) return found.map((code) => ({ code, ...errorCodes[code] }));
  throw new UsageError("bad-option", `There is no error code "${wanted}".`, suggestion(wanted ?? "", codes));
}
