import { EnvHttpProxyAgent, fetch, type Response } from "undici";
import { HostError, ModelError, type RegraftError } from "../../base/errors.ts";
import { FailedAttempt, networkError } from "./network-errors.ts";
import { type HubSettings, isSafe, loopback } from "./settings.ts";
import { type StopSignal, waitUnlessStopped } from "./stop.ts";

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

export interface RequestsOptions {
  readonly patience?: Patience | undefined;
  readonly signal?: StopSignal | undefined;
}

/**
 * Requests to a hub and to where it leads: only encrypted, with our token only to the hub itself, through HTTPS_PROXY and
 * HTTP_PROXY, which Node's own fetch does not follow.
 */
export class Requests {
  readonly signal: StopSignal | undefined;
  readonly #settings: HubSettings;
  readonly #patience: Patience;
  readonly #dispatcher: EnvHttpProxyAgent;

  /** @throws {HostError} "unreachable" for a proxy that is no address */
  constructor(settings: HubSettings, { patience: given = patience, signal }: RequestsOptions = {}) {
    this.signal = signal;
    this.#settings = settings;
    this.#patience = given;
    this.#dispatcher = proxied(settings);
  }

  /**
   * @returns an answer of 200 to 299, or 416; or a redirect that is not to be followed
   * @throws {ModelError} "no-such-repo" · {HostError} "access-denied" · "unreachable" · {TrainingError} "interrupted"
   */
  send(address: string, options: RequestOptions): Promise<Response> {
    return this.#patiently(() => this.#ask(address, options));
  }

  /** The body of an answer that is short; one that was cut is asked for again. @throws as `send` */
  text(address: string, options: RequestOptions): Promise<string> {
    return this.#patiently(async () => {
      const answer = await this.#ask(address, options);
      return answer instanceof FailedAttempt
        ? answer
        : answer.text().catch((error: unknown) => networkError(error, answer.url));
    });
  }

  /** Until an attempt succeeds, fails for good, or was the last one. */
  async #patiently<T>(once: () => Promise<T | FailedAttempt>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const result = await once();
      if (!(result instanceof FailedAttempt)) return result;
      if (result.lasts || attempt === this.attempts) throw result.error;
      await this.pause(attempt, result);
    }
  }

  /**
   * Waits before the attempt that follows `attempt`.
   *
   * @throws {HostError} the failure's own where it asks for too long · {TrainingError} "interrupted"
   */
  async pause(attempt: number, { waitSeconds, error }: FailedAttempt): Promise<void> {
    const { firstWaitMs, mostWaitMs } = this.#patience;
    const ms = waitSeconds === undefined ? firstWaitMs * 2 ** (attempt - 1) : 1000 * waitSeconds;
    if (waitSeconds !== undefined && ms > mostWaitMs) throw error;
    await waitUnlessStopped(ms, this.signal);
  }

  get attempts(): number {
    return this.#patience.attempts;
  }

  async #ask(address: string, options: RequestOptions): Promise<Response | FailedAttempt> {
    const response = await this.#follow(new URL(address), options);
    if (response instanceof FailedAttempt || isAnswer(response)) return response;
    await response.body?.cancel();
    const waitSeconds = secondsAsked(response);
    const error = refusal(response, { what: options.what, waitSeconds }, this.#settings);
    return new FailedAttempt(error, { lasts: !isPassing(response), waitSeconds });
  }

  async #follow(start: URL, options: RequestOptions): Promise<Response | FailedAttempt> {
    const { method = "GET", headers = {}, leaves = true } = options;
    let address = start;
    for (let at = 0; at <= mostRedirects; at++) {
      const sent = {
        "user-agent": "regraft",
        "accept-encoding": "identity",
        ...headers,
        ...this.#credentials(address),
      };
      const how = { method, redirect: "manual", dispatcher: this.#dispatcher, headers: sent } as const;
      const response = await fetch(address, how).catch((error: unknown) => networkError(error, address.href));
      if (response instanceof FailedAttempt) return response;
      const location = response.headers.get("location");
      if (!isRedirect(response)) return response;
      if (location === null) {
        await response.body?.cancel();
        return lost(`${address.host} leads elsewhere, and does not say where to.`);
      }
      const next = URL.canParse(location, address.href) ? new URL(location, address) : undefined;
      if (!leaves && next?.origin !== address.origin) return response;
      await response.body?.cancel();
      if (!next || !isSafe(next))
        return lost(`${address.host} leads to ${next?.host ?? "no address"} without encryption: that is not followed.`);
      address = next;
    }
    return lost(`${start.host} leads from one address to the next without an end.`);
  }

  /** The token is for the hub alone: where it keeps its files is another host, which must not learn it. */
  #credentials({ origin }: URL): Readonly<Record<string, string>> {
    const { token, endpoint } = this.#settings;
    return token !== undefined && origin === new URL(endpoint).origin ? { authorization: `Bearer ${token}` } : {};
  }
}

const lost = (message: string): FailedAttempt =>
  new FailedAttempt(new HostError("unreachable", message), { lasts: true });

/** The address of a proxy may hold a password: it is not shown. */
function proxied({ noProxy, httpProxy, httpsProxy }: HubSettings): EnvHttpProxyAgent {
  try {
    return new EnvHttpProxyAgent({ noProxy: unproxied(noProxy), httpProxy, httpsProxy });
  } catch {
    throw new HostError("unreachable", "HTTPS_PROXY or HTTP_PROXY is no address of a proxy.", {
      hint: "Write it as http://proxy.example.com:8080, with http://user:password@ where it asks for them.",
    });
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

interface Refused {
  readonly what: string;
  readonly waitSeconds: number | undefined;
}

/** What an answer of 400 and more means. */
function refusal(response: Response, { what, waitSeconds }: Refused, { token, endpoint }: HubSettings): RegraftError {
  const { status, headers, url } = response;
  const { host, origin } = new URL(url);
  const later = waitSeconds === undefined ? "later" : `in ${Math.ceil(waitSeconds)} seconds: it asks for that`;
  if (status === 429) {
    return new HostError("unreachable", `${host} answers no more: too many requests (429).`, {
      hint: `Try again ${later}. With a token (HF_TOKEN) more are allowed.`,
    });
  }
  // Where a hub keeps its files knows neither repositories nor us.
  if (origin !== new URL(endpoint).origin || status >= 500) {
    return new HostError("unreachable", `${host} answers ${status} for ${what}.`, { hint: `Try again ${later}.` });
  }
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
  return new HostError("unreachable", `${host} answers ${status} for ${what}.`, { hint: "Try again later." });
}
