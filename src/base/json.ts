import type { z } from "zod";
import { ModelError } from "./errors.ts";

/**
 * The JSON of a model's file, checked against a schema.
 *
 * @param file what to call the file in messages
 * @throws {ModelError} "bad-model-folder"
 */
export function parseJson<S extends z.ZodType>(text: string, file: string, schema: S): z.output<S> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ModelError("bad-model-folder", `${file} is not JSON.`, { cause, hint: "Download the file again." });
  }
  const { success, data, error } = schema.safeParse(json);
  if (success) return data;
  const [issue] = error.issues;
  const place = issue && issue.path.length > 0 ? ` at "${issue.path.join(".")}"` : "";
  throw new ModelError("bad-model-folder", `${file} does not hold what it should${place}: ${issue?.message ?? "?"}.`, {
    cause: error,
  });
}
