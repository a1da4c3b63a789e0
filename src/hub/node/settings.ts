import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../../base/errors.ts";

/** Which hub, as whom, and where what was fetched is kept. */
export interface HubSettings {
  /** Without a slash at its end. */
  readonly endpoint: string;
  /** Read for a request to the endpoint, and for no other host. */
  readonly token: string | undefined;
  readonly cacheFolder: string;
  readonly offline: boolean;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * As huggingface_hub reads them, so that its cache and login are ours too: HF_ENDPOINT, HF_TOKEN (or the file that a login
 * leaves), HF_HUB_CACHE, HF_HOME and XDG_CACHE_HOME, HF_HUB_OFFLINE.
 *
 * @throws {UsageError} "bad-option" for an endpoint that is no address, or not encrypted and not this machine
 * @see https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables
 */
export function hubSettings(env: Environment, home = homedir()): HubSettings {
  const caches = env.XDG_CACHE_HOME || join(home, ".cache");
  const hfHome = env.HF_HOME || join(caches, "huggingface");
  return {
    endpoint: endpointOf(env.HF_ENDPOINT || "https://huggingface.co"),
    token: env.HF_TOKEN || env.HUGGING_FACE_HUB_TOKEN || tokenIn(env.HF_TOKEN_PATH || join(hfHome, "token")),
    cacheFolder: env.HF_HUB_CACHE || env.HUGGINGFACE_HUB_CACHE || join(hfHome, "hub"),
    offline: isTrue(env.HF_HUB_OFFLINE),
  };
}

const isTrue = (text = ""): boolean => ["1", "true", "yes", "on"].includes(text.toLowerCase());

function tokenIn(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").trim() || undefined;
  } catch {
    // Nobody has logged in here.
    return undefined;
  }
}

function endpointOf(text: string): string {
  if (URL.canParse(text) && isSafe(new URL(text))) return text.replace(/\/+$/, "");
  throw new UsageError("bad-option", `HF_ENDPOINT cannot be "${text}".`, {
    hint: "It is an https address; http is for this machine only (127.0.0.1, localhost).",
  });
}

const loopback: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Whether nobody on the way can read along, or change what comes. */
export const isSafe = ({ protocol, hostname }: URL): boolean =>
  protocol === "https:" || (protocol === "http:" && loopback.has(hostname));
