import { withoutSecrets } from "../../hub/web-address.ts";
import type { Environment } from "./terminal.ts";

const address = /https?:\/\/[^\s"'<>]+/gi;
/** Hugging Face's tokens, and what a header of a request carries. */
const token = /\bhf_\w{8,}|\b(?<=(bearer|basic) )[\w.~+/=-]{8,}/gi;
const secretName = /token|secret|password|passwd|api_?key/i;
/** Shorter values would be found in the middle of words. */
const shortestSecret = 6;

/**
 * A text that can go into a public report: addresses without login and query, no tokens, none of what the environment keeps
 * under the name of a secret, the home folder as "~".
 */
export function withoutPrivate(
  text: string,
  { home, env }: { readonly home: string; readonly env: Environment },
): string {
  const secrets = Object.entries(env).flatMap(([name, value]) =>
    secretName.test(name) && value !== undefined && value.length >= shortestSecret ? [value] : [],
  );
  const plain = secrets.reduce((rest, secret) => rest.replaceAll(secret, "…"), text);
  return withoutHome(plain.replace(address, withoutSecrets).replace(token, "…"), home);
}

/** "/home/ann" is no part of "/home/anna". A home that is the root of the disk says nothing of anybody. */
function withoutHome(text: string, home: string): string {
  const folder = home.replace(/[\\/]+$/, "");
  if (folder === "") return text;
  const escaped = folder.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return text.replaceAll(new RegExp(`(?<![\\w.-])${escaped}(?![\\w.-])`, "g"), "~");
}
