import { setTimeout as wait } from "node:timers/promises";
import { EnvHttpProxyAgent, fetch, Response } from "undici";
import { HostError, ModelError, type RegraftError } from "../../base/errors.ts";
import { networkError } from "./network-errors.ts";
import { type HubSettings, isSafe, loopback } from "./settings.ts";

export interface RequestOptions {
  readonly method?: "GET" | "HEAD";
  readonly headers?: Readonly<Record<string, string>>;
  /** What is asked for, for messages: "timm/resnet50". */
  readonly what: string;
  /** Whether an answer that leads to another host is followed; else it is the answer. */
  readonly leaves?: boolean;
}

/** What a hub may do wrong before we give up, and how long it is given. */
export interface Patience {
  readonly attempts: number;
  /** Milliseconds before the second attempt; twice as many before each further one. */
  readonly firstWaitMs: number;
  /** A hub that asks for more time than this is not waited for. */
  readonly mostWaitMs: number;
}

export const patience: Patience = { attempts: 5, firstWaitMs: 1000, mostWaitMs: 60_000 };

const mostRedirects = 5;

/**
 * Requests to a hub and to where it leads: only encrypted, with our token only to the hub itself, through HTTPS_PROXY and
 * HTTP_PROXY, which Node's own fetch does not follow.
 */
export class Requests {
  readonly #settings: HubSettings;
  readonly #patience: Patience;
  readonly #dispatcher: EnvHttpProxyAgent;

  constructor(settings: HubSettings, { attempts, firstWaitMs, mostWaitMs }: Patience = patience) {
    this.#settings = settings;
    this.#patience = { attempts, firstWaitMs, mostWaitMs };
    this.#dispatcher = new EnvHttpProxyAgent({ noProxy: unproxied(settings.noProxy) });
  }

  /**
   * @returns an answer of 200 to 299, or 416; or a redirect that is not to be followed
   * @throws {ModelError} "no-such-repo" · {HostError} "access-denied" · "unreachable"
   */
  async send(address: string, options: RequestOptions): Promise<Response> {
    const { attempts } = this.#patience;
    for (let attempt = 1; ; attempt++) {
      const result = await this.#follow(new URL(address), options).catch((error: unknown) =>
        networkError(error, address),
      );
      if (result instanceof Response) {
        if (isAnswer(result)) return result;
        await result.body?.cancel();
        if (!isPassing(result) || attempt === attempts) throw refusal(result, options.what, this.#settings);
        await this.pause(attempt, secondsAsked(result));
      } else {
        if (result.lasts || attempt === attempts) throw result.error;
        await this.pause(attempt);
      }
    }
  }

  /** Waits before an attempt that follows `attempt`. @throws {HostError} "unreachable" where the hub asks for too long */
  async pause(attempt: number, seconds?: number): Promise<void> {
    const { firstWaitMs, mostWaitMs } = this.#patience;
    const ms = seconds === undefined ? firstWaitMs * 2 ** (attempt - 1) : 1000 * seconds;
    if (ms > mostWaitMs) {
      throw new HostError("unreachable", `The hub asks to be left alone for ${Math.round(ms / 1000)} seconds.`, {
        hint: "Too many requests came from this address. With a token (HF_TOKEN) more are allowed.",
      });
    }
    await wait(ms);
  }

  get attempts(): number {
    return this.#patience.attempts;
  }

  async #follow(start: URL, { method = "GET", headers = {}, leaves = true }: RequestOptions): Promise<Response> {
    let address = start;
    for (let at = 0; at <= mostRedirects; at++) {
      const response = await fetch(address, {
        method,
        redirect: "manual",
        dispatcher: this.#dispatcher,
        headers: { "user-agent": "regraft", "accept-encoding": "identity", ...headers, ...this.#credentials(address) },
      });
      const location = response.headers.get("location");
      if (!isRedirect(response) || location === null) return response;
      const next = new URL(location, address);
      if (!leaves && next.origin !== address.origin) return response;
      await response.body?.cancel();
      if (!isSafe(next)) {
        throw new HostError(
          "unreachable",
          `${address.host} leads to ${next.host} without encryption: that is not followed.`,
        );
      }
      address = next;
    }
    throw new HostError("unreachable", `${start.host} leads from one address to the next without an end.`);
  }

  /** The token is for the hub alone: where it keeps its files is another host, which must not learn it. */
  #credentials({ origin }: URL): Readonly<Record<string, string>> {
    const { token, endpoint } = this.#settings;
    return token !== undefined && origin === new URL(endpoint).origin ? { authorization: `Bearer ${token}` } : {};
  }
}

/** This machine is never reached through a proxy: what is not encrypted for it would be read there. */
const unproxied = (named: string): string =>
  named.trim() === "*" ? "*" : [...named.split(/[\s,]+/), ...loopback].filter(Boolean).join(",");

const isRedirect = ({ status }: Response): boolean => [301, 302, 303, 307, 308].includes(status);

const isAnswer = (response: Response): boolean => response.ok || response.status === 416 || isRedirect(response);

/** Worth another attempt. */
const isPassing = ({ status }: Response): boolean => status === 429 || status === 408 || status >= 500;

/** As a number of seconds, or as a date. */
function secondsAsked({ headers }: Response): number | undefined {
  const text = headers.get("retry-after");
  if (text === null) return undefined;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - Date.now()) / 1000);
}

/** What an answer of 400 and more means. */
function refusal({ status, headers }: Response, what: string, { token, endpoint }: HubSettings): RegraftError {
  const host = new URL(endpoint).host;
  const login =
    token === undefined
      ? "If it is private or asks for consent, accept its terms on the hub and set HF_TOKEN."
      : "HF_TOKEN is sent: check that it may read this repository, and that its terms are accepted.";
  if (headers.get("x-error-code") === "GatedRepo" || status === 403) {
    return new HostError("access-denied", `${host} does not give ${what} to everybody (${status}).`, { hint: login });
  }
  if (headers.get("x-error-code") === "RevisionNotFound") {
    return new ModelError("no-such-repo", `${what} has no such revision.`, {
      hint: "Check the branch, tag or commit.",
    });
  }
  // The Hub answers 401 for what does not exist, so that nobody learns what is private.
  if (status === 401 || status === 404 || status === 410) {
    return new ModelError("no-such-repo", `${host} has no ${what}, or not for you (${status}).`, {
      hint: `Check its spelling. ${login}`,
    });
  }
  if (status === 429) {
    return new HostError("unreachable", `${host} answers no more: too many requests (429).`, {
      hint: "Wait a few minutes. With a token (HF_TOKEN) more are allowed.",
    });
  }
  return new HostError("unreachable", `${host} answers ${status} for ${what}.`, { hint: "Try again later." });
}
