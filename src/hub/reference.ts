import { UsageError } from "../base/errors.ts";

/** A repository of models on a hub that speaks the Hugging Face Hub's paths. */
export interface HubReference {
  /** "owner/name" */
  readonly repo: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
  /** Path of one file in it, "/" between its parts. */
  readonly file: string | undefined;
}

const scheme = "hf:";

/** The address of a repository's page, or of a file's, as a browser shows it. */
const page =
  /^https:\/\/(?:huggingface|hf)\.co\/([^/?#]+\/[^/?#]+)(?:\/(?:tree|blob|resolve|raw)\/([^/?#]+)(?:\/([^?#]+?))?)?\/?(?:[?#].*)?$/;

/** Whether a model's name asks for a hub. */
export const isHubReference = (text: string): boolean => text.startsWith(scheme) || page.test(text);

/** No part is "." or "..", nor begins with either: they become names of files. */
const part = String.raw`(?!\.)[\w.+=-]+`;
const form = new RegExp(`^${scheme}(${part}/${part})(?:@(refs/pr/\\d+|${part}))?(?:/(${part}(?:/${part})*))?$`);

/**
 * "hf:owner/name[@revision][/file]", or the address of a page on huggingface.co. A branch with a slash in its name is named by
 * its commit.
 *
 * @throws {UsageError} "bad-option"
 */
export function hubReference(text: string): HubReference {
  const [, repo, revision = "main", file] = form.exec(shortForm(text)) ?? [];
  if (repo !== undefined) return { repo, revision, file };
  throw new UsageError("bad-option", `"${text}" does not name a repository.`, {
    hint: "Write hf:owner/name, hf:owner/name@revision or hf:owner/name/onnx/model.onnx.",
  });
}

/** "https://huggingface.co/owner/name/blob/main/file" as "hf:owner/name@main/file"; any other text as it is. */
function shortForm(text: string): string {
  const [, repo, revision, file] = page.exec(text) ?? [];
  if (repo === undefined) return text;
  const [at, inside] = [
    revision === undefined ? "" : `@${decoded(revision)}`,
    file === undefined ? "" : `/${decoded(file)}`,
  ];
  return `${scheme}${repo}${at}${inside}`;
}

/** What is no encoding stays: it is refused then. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
