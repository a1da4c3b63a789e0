import { EnvHttpProxyAgent, fetch } from "undici";
import { HostError } from "../../base/errors.ts";
import { type Answer, readAhead } from "./answer.ts";
import { hubManner } from "./hub-manner.ts";
import type { Manner } from "./manner.ts";
import { FailedAttempt, networkError } from "./network-errors.ts";
import { whyNotFollowed } from "./redirects.ts";
import { type HubSettings, loopback } from "./settings.ts";
import { abortSignal, type StopSignal, stopped, waitUnlessStopped } from "./stop.ts";

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

/** No description that is read as a text is longer, in bytes. */
const mostText = 2 ** 27;

export interface RequestsOptions {
  readonly patience?: Patience | undefined;
  readonly signal?: StopSignal | undefined;
  /** A hub's where left out. */
  readonly manner?: Manner;
}

/**
 * Requests to a hub or another host, and to where it leads: only encrypted, with a token or login only to whom it is for,
 * through HTTPS_PROXY and HTTP_PROXY, which Node's own fetch does not follow.
 */
export class Requests {
  readonly signal: StopSignal | undefined;
  readonly #manner: Manner;
  readonly #patience: Patience;
  readonly #dispatcher: EnvHttpProxyAgent;

  /** @throws {HostError} "unreachable" for a proxy that is no address */
  constructor(settings: HubSettings, options: RequestsOptions = {}) {
    const { patience: given = patience, signal, manner = hubManner(settings) } = options;
    this.signal = signal;
    this.#manner = manner;
    this.#patience = given;
    this.#dispatcher = proxied(settings, abortSignal(signal));
    // After a stop nothing may keep the process alive: neither a connection, nor one that is being made.
    const leave = () => void this.#dispatcher.destroy();
    abortSignal(signal)?.addEventListener("abort", leave, { once: true });
  }

  /**
   * @returns an answer of 200 to 299, or 416; or a redirect that is not to be followed
   * @throws {ModelError} "no-such-repo" · "no-such-address" · {HostError} "access-denied" · "unreachable" ·
   *   {TrainingError} "interrupted"
   */
  send(address: string, options: RequestOptions): Promise<Answer> {
    return this.#patiently(() => this.#ask(address, options));
  }

  /** The body of an answer that is short; one that was cut is asked for again. @throws as `send` */
  text(address: string, options: RequestOptions): Promise<string> {
    return this.#patiently(async () => {
      const answer = await this.#ask(address, options);
      return answer instanceof FailedAttempt
        ? answer
        : textOf(answer).catch((error: unknown) => this.failure(error, answer.url));
    });
  }

  /** What it means that a request failed, or its answer ended early: that we ended it, or whose fault it is. */
  failure(thrown: unknown, address: string): FailedAttempt {
    if (this.signal?.aborted) return new FailedAttempt(stopped(), { lasts: true });
    return networkError(thrown, address, this.#manner);
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

  async #ask(address: string, options: RequestOptions): Promise<Answer | FailedAttempt> {
    const response = await this.#follow(new URL(address), options);
    if (response instanceof FailedAttempt || isAnswer(response)) return response;
    await response.body?.cancel();
    const waitSeconds = secondsAsked(response);
    const error = this.#manner.refusal(response, { what: options.what, waitSeconds });
    return new FailedAttempt(error, { lasts: !isPassing(response), waitSeconds });
  }

  async #follow(start: URL, options: RequestOptions): Promise<Answer | FailedAttempt> {
    const { method = "GET", headers = {}, leaves = true } = options;
    let address = start;
    for (let at = 0; at <= mostRedirects; at++) {
      const sent = {
        "user-agent": "regraft",
        "accept-encoding": "identity",
        ...headers,
        ...this.#manner.credentials(address),
      };
      const how = { method, redirect: "manual", dispatcher: this.#dispatcher, headers: sent } as const;
      const signal = abortSignal(this.signal);
      const asked = fetch(address, signal ? { ...how, signal } : how);
      const response = await asked.then(readAhead, (error: unknown) => this.failure(error, address.href));
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
      const why = whyNotFollowed(address, next);
      if (!next || why !== undefined)
        return lost(`${address.host} leads to ${why ?? "no address"}: that is not followed.`);
      // A login that somebody else names is not ours.
      next.username = next.password = "";
      address = next;
    }
    return lost(`${start.host} leads from one address to the next without an end.`);
  }
}

/** @throws {HostError} "unreachable" for one that does not end */
async function textOf({ body, url }: Answer): Promise<string> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const part of body ?? []) {
    sizeBytes += part.byteLength;
    if (sizeBytes > mostText) {
      throw new HostError("unreachable", `${new URL(url).host} sends more than ${mostText} bytes as a description.`);
    }
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

const lost = (message: string): FailedAttempt =>
  new FailedAttempt(
    new HostError("unreachable", message, { hint: "Name the address of the file itself, if you trust it." }),
    {
      lasts: true,
    },
  );

/** The address of a proxy may hold a password: it is not shown. */
function proxied({ noProxy, httpProxy, httpsProxy }: HubSettings, signal: AbortSignal | undefined): EnvHttpProxyAgent {
  const connect = signal ? { connect: { signal } } : {};
  try {
    return new EnvHttpProxyAgent({ noProxy: unproxied(noProxy), httpProxy, httpsProxy, ...connect });
  } catch {
    throw new HostError("unreachable", "HTTPS_PROXY or HTTP_PROXY is no address of a proxy.", {
      hint: "Write it as http://proxy.example.com:8080, with http://user:password@ where it asks for them.",
    });
  }
}

/** This machine is never reached through a proxy: what is not encrypted for it would be read there. */
const unproxied = (named: string): string =>
  named.trim() === "*" ? "*" : [...named.split(/[\s,]+/), ...loopback].filter(Boolean).join(",");

const isRedirect = ({ status }: Answer): boolean => [301, 302, 303, 307, 308].includes(status);

const isAnswer = (response: Answer): boolean => response.ok || response.status === 416 || isRedirect(response);

/** Worth another attempt. */
const isPassing = ({ status }: Answer): boolean => status === 429 || status === 408 || status >= 500;

/** As a number of seconds, or as a date. */
function secondsAsked({ headers }: Answer): number | undefined {
  const text = headers.get("retry-after");
  if (text === null) return undefined;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - Date.now()) / 1000);
}
