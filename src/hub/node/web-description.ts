import { ModelError } from "../../base/errors.ts";
import type { Answer } from "./answer.ts";
import type { Requests } from "./requests.ts";

/** What a server says of a file before it is fetched. */
export interface Described {
  /** undefined where it does not say, or sends the file packed. */
  readonly sizeBytes: number | undefined;
  /** Whether an end that comes too early is noticed, also where the size is not known. */
  readonly isDelimited: boolean;
  /** What tells these bytes from those of another version; undefined where nothing does. */
  readonly identity: string | undefined;
  /** Whether an answer is of the same version. */
  readonly isSame: (answer: Answer) => boolean;
}

/** Whether a file is a text of a few megabytes at most, which may come without its length being told before. */
export const isDescription = (name: string): boolean => /\.(json|txt)$/i.test(name);

/**
 * Asks for the first byte, and looks at what comes with it: a signed address is signed for GET, and answers HEAD with a
 * refusal.
 *
 * @throws {ModelError} "no-such-address" for a page in place of a file · what `Requests.send` throws
 */
export async function describe(
  { href }: URL,
  { what, requests }: { readonly what: string; readonly requests: Requests },
): Promise<Described> {
  const answer = await requests.send(href, { what, headers: { range: "bytes=0-0" } });
  await answer.body?.cancel();
  const type = answer.headers.get("content-type") ?? "";
  if (/^text\/html\b/i.test(type)) throw page(answer, what);
  const identity = identityOf(answer);
  return {
    sizeBytes: sizeIn(answer),
    isDelimited: answer.headers.has("content-length") || answer.headers.get("transfer-encoding") === "chunked",
    identity,
    // Where nothing tells versions apart, a part of a file is not known to go on from another part.
    isSame: (other) => (identity === undefined ? other.status !== 206 : identityOf(other) === identity),
  };
}

const page = ({ url }: Answer, what: string): ModelError =>
  new ModelError("no-such-address", `${new URL(url).host} answers with a web page in place of ${what}.`, {
    hint: 'Name the address of the file itself: what a "Raw" or "Download" link leads to.',
  });

/** By its ETag, or by its date. */
function identityOf({ headers }: Answer): string | undefined {
  const etag = headers.get("etag");
  if (etag !== null && !etag.startsWith("W/")) return etag;
  return headers.get("last-modified") ?? undefined;
}

/** "bytes 0-0/1234" of a part, Content-Length of all; packed bytes are not those that are read. */
function sizeIn({ status, headers }: Answer): number | undefined {
  if ((headers.get("content-encoding") ?? "identity") !== "identity") return undefined;
  const range = /^bytes (?:0-0|\*)\/(\d+)$/.exec(headers.get("content-range") ?? "")?.[1];
  const text = status === 200 ? headers.get("content-length") : range;
  const size = Number(text ?? Number.NaN);
  return Number.isSafeInteger(size) ? size : undefined;
}
