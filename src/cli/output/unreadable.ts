import type { RegraftError } from "../../base/errors.ts";
import { printable } from "../../base/printable.ts";
import { withoutAnySecrets } from "../../hub/web-address.ts";
import { errorLines, failureOf } from "./error-lines.ts";
import { type Terminal, widthOf } from "./terminal.ts";

/** Why a picture could not be looked at, with its name. */
export function unreadableLines(
  { image, error }: { readonly image: string; readonly error: RegraftError },
  { colors }: Terminal,
): readonly string[] {
  const [failure, name] = [failureOf(error), printable(withoutAnySecrets(image))];
  const message = failure.message.includes(name) ? failure.message : `${name}: ${failure.message}`;
  return errorLines({ ...failure, message }, { colors, debug: false });
}

/** The end of a path tells more than its start. */
export const shortened = (path: string, width: number): string =>
  widthOf(path) <= width ? path : `…${[...path].slice(1 - width).join("")}`;
