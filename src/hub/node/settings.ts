import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../../base/errors.ts";
import { isWebAddress, withoutSecrets } from "../web-address.ts";

/** Which hub, as whom, and where what was fetched is kept. */
export interface HubSettings {
  /** Without a slash at its end. */
  readonly endpoint: string;
  /** Read for a request to the endpoint, and for no other host. */
  readonly token: string | undefined;
  readonly cacheFolder: string;
  /** Where files of the web are kept, which no program but Regraft knows. */
  readonly webFolder: string;
  readonly offline: boolean;
  /** Hosts that are reached without a proxy, by commas; "*" for all. */
  readonly noProxy: string;
  /** What requests without and with encryption go through, as addresses; empty where there is none. */
  readonly httpProxy: string;
  readonly httpsProxy: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * As huggingface_hub reads them, so that its cache and login are ours too: HF_ENDPOINT, HF_TOKEN (or the file that a login
 * leaves), HF_HUB_CACHE, HF_HOME and XDG_CACHE_HOME, HF_HUB_OFFLINE; and as all do HTTPS_PROXY, HTTP_PROXY and NO_PROXY.
 *
 * @throws {UsageError} "bad-option" for an endpoint that is no address, or not encrypted and not this machine; for a token
 *   that cannot be one
 * @see https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables
 */
export function hubSettings(env: Environment, home = homedir()): HubSettings {
  const caches = env.XDG_CACHE_HOME || join(home, ".cache");
  const hfHome = env.HF_HOME || join(caches, "huggingface");
  return {
    endpoint: endpointOf(env.HF_ENDPOINT || "https://huggingface.co"),
    token: tokenOf(env.HF_TOKEN || env.HUGGING_FACE_HUB_TOKEN || textOf(env.HF_TOKEN_PATH || join(hfHome, "token"))),
    webFolder: join(caches, "regraft", "web"),
    cacheFolder: env.HF_HUB_CACHE || env.HUGGINGFACE_HUB_CACHE || join(hfHome, "hub"),
    offline: isTrue(env.HF_HUB_OFFLINE),
    noProxy: env.no_proxy ?? env.NO_PROXY ?? "",
    httpProxy: proxyOf(env.http_proxy ?? env.HTTP_PROXY),
    httpsProxy: proxyOf(env.https_proxy ?? env.HTTPS_PROXY),
  };
}

/** "proxy:8080" is one too, as curl and pip have it. */
const proxyOf = (text = ""): string => (text === "" || /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`);

const isTrue = (text = ""): boolean => ["1", "true", "yes", "on"].includes(text.toLowerCase());

/** A line end inside would come back in the words of whoever refuses the header: the token is not shown, whatever it is. */
function tokenOf(text: string): string | undefined {
  const token = text.trim();
  if (token === "") return undefined;
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new UsageError("bad-option", "The token for the hub holds a space, a line end or a letter that no token has.", {
    hint: "Set HF_TOKEN again, to the one word that the hub shows; or log in again, where it comes from a file.",
  });
}

/** Nothing where nobody has logged in. */
function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** A login in it would be part of every address that is asked for; text that is no address is not shown, as it may hold one. */
function endpointOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const hasSecrets = url !== undefined && `${url.username}${url.password}${url.search}${url.hash}` !== "";
  if (url && isSafe(url) && !hasSecrets) return text.replace(/\/+$/, "");
  const shown = isWebAddress(text) ? `cannot be "${withoutSecrets(text)}"` : "is no address";
  throw new UsageError("bad-option", `HF_ENDPOINT ${shown}${hasSecrets ? " with a login or a query" : ""}.`, {
    hint: hasSecrets
      ? "Leave them out: who you are is told by HF_TOKEN."
      : "It is an https address; http is for this machine only (127.0.0.1, localhost).",
  });
}

/** Hosts that are this machine. */
export const loopback: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Whether nobody on the way can read along, or change what comes. */
export const isSafe = ({ protocol, hostname }: URL): boolean =>
  protocol === "https:" || (protocol === "http:" && loopback.has(hostname));
