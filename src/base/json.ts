import type { z } from "zod";
import { ModelError } from "./errors.ts";
import { utf8 } from "./utf8.ts";

/** Bytes of a file that describes a model: a class name for each of a million classes fits. Larger ones are not read at all. */
export const mostDescriptionBytes = 2 ** 24;

/** Objects and lists in each other: nothing that Regraft reads comes near, and what is deeper overflows stacks. */
const mostDeep = 200;

/**
 * JSON.parse for a stranger's text. Keys may be "__proto__": they become properties like any other.
 *
 * @throws {SyntaxError} · {RangeError} for values that lie in each other more than 200 deep
 */
export function jsonIn(text: string): unknown {
  requireShallow(text);
  return JSON.parse(text);
}

/** Counts brackets outside of texts; what is no JSON is left to the parser. */
function requireShallow(text: string): void {
  let depth = 0;
  let isText = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (isText && character === "\\") at++;
    else if (character === '"') isText = !isText;
    else if (isText) continue;
    else if (character === "[" || character === "{") depth++;
    else if (character === "]" || character === "}") depth--;
    if (depth > mostDeep) throw new RangeError(`Values lie in each other more than ${mostDeep} deep.`);
  }
}

/** What `jsonIn` found wrong, to go on from the name of a file. */
export const whyNoJson = (cause: unknown): string =>
  cause instanceof RangeError ? `has values that lie in each other more than ${mostDeep} deep` : "is not JSON";

/**
 * The JSON of a model's file, checked against a schema.
 *
 * @param file what to call the file in messages
 * @throws {ModelError} "bad-model-folder"
 */
export function parseJson<S extends z.ZodType>(text: string, file: string, schema: S): z.output<S> {
  let json: unknown;
  try {
    json = jsonIn(text);
  } catch (cause) {
    throw new ModelError("bad-model-folder", `${file} ${whyNoJson(cause)}.`, {
      cause,
      hint: "Download the file again.",
    });
  }
  const { success, data, error } = schema.safeParse(json);
  if (success) return data;
  const [issue] = error.issues;
  const place = issue && issue.path.length > 0 ? ` at "${issue.path.join(".")}"` : "";
  throw new ModelError("bad-model-folder", `${file} does not hold what it should${place}: ${issue?.message ?? "?"}.`, {
    cause: error,
    hint: "Download the file again, or write it as the program does that the model comes from.",
  });
}

/**
 * The text of a file that describes a model; bytes that are not UTF-8 become U+FFFD.
 *
 * @param file what to call it in messages
 * @throws {ModelError} "bad-model-folder" where it is longer than any description
 */
export function descriptionIn(bytes: Uint8Array, file: string): string {
  requireDescription(bytes.byteLength, file);
  return utf8.decode(bytes, { fatal: false });
}

/** The same before it is read. @throws {ModelError} "bad-model-folder" */
export function requireDescription(sizeBytes: number, file: string): void {
  if (sizeBytes <= mostDescriptionBytes) return;
  const message = `${file} has ${sizeBytes} bytes, more than the ${mostDescriptionBytes} that a description may have.`;
  throw new ModelError("bad-model-folder", message, { hint: "Is it another file by mistake? Download it again." });
}
