import { HostError, RegraftError } from "../../base/errors.ts";
import type { Manner } from "./manner.ts";

/** An attempt that brought no answer. */
export class FailedAttempt {
  readonly error: RegraftError;
  /** Whether another attempt would end alike. */
  readonly lasts: boolean;
  /** How long whoever answered asks to be left alone, in seconds. */
  readonly waitSeconds: number | undefined;

  constructor(
    error: RegraftError,
    { lasts, waitSeconds }: { readonly lasts: boolean; readonly waitSeconds?: number | undefined },
  ) {
    this.error = error;
    this.lasts = lasts;
    this.waitSeconds = waitSeconds;
  }
}

interface Kind {
  readonly says: string;
  /** Where left out: what whoever asks does where there is no network. */
  readonly hint?: string;
  readonly lasts: boolean;
}

const untrusted: Kind = {
  says: "its certificate is not trusted here",
  hint: "A company's proxy signs with a certificate of its own: name its file in NODE_EXTRA_CA_CERTS.",
  lasts: true,
};

const noName: Kind = {
  says: "its name is not known here",
  lasts: true,
};

const noAnswer: Kind = {
  says: "it does not answer",
  lasts: true,
};

const cut: Kind = { says: "the connection was cut", hint: "Try again: what came so far is kept.", lasts: false };

/** For no reason that is known here. */
const failed: Kind = { says: "the request failed", hint: "Try again: what came so far is kept.", lasts: false };

/** By the code of Node, of undici or of OpenSSL. */
const kinds: Readonly<Record<string, Kind>> = {
  ENOTFOUND: noName,
  EAI_AGAIN: { ...noName, lasts: false },
  ECONNREFUSED: noAnswer,
  EHOSTUNREACH: noAnswer,
  ENETUNREACH: noAnswer,
  ETIMEDOUT: { ...noAnswer, lasts: false },
  UND_ERR_CONNECT_TIMEOUT: { ...noAnswer, lasts: false },
  UND_ERR_HEADERS_TIMEOUT: { ...noAnswer, lasts: false },
  UND_ERR_BODY_TIMEOUT: cut,
  ECONNRESET: cut,
  EPIPE: cut,
  UND_ERR_SOCKET: cut,
  CERT_HAS_EXPIRED: { ...untrusted, says: "its certificate has expired", hint: "Is this machine's clock right?" },
  CERT_NOT_YET_VALID: {
    ...untrusted,
    says: "its certificate is not valid yet",
    hint: "Is this machine's clock right?",
  },
  ERR_TLS_CERT_ALTNAME_INVALID: { ...untrusted, says: "its certificate is another host's" },
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
};

/** What it means that a request to `address` failed before there was an answer, or in the middle of one. */
export function networkError(
  thrown: unknown,
  address: string,
  { noNetwork }: Pick<Manner, "noNetwork">,
): FailedAttempt {
  if (thrown instanceof RegraftError) return new FailedAttempt(thrown, { lasts: true });
  const code = codeOf(thrown);
  const { says, hint = noNetwork, lasts } = kinds[code ?? ""] ?? failed;
  const { host } = new URL(address);
  const message = `${host} cannot be reached: ${says} (${code ?? deepest(thrown)}).`;
  return new FailedAttempt(new HostError("unreachable", message, { hint, cause: thrown }), { lasts });
}

/** fetch says "fetch failed"; what failed is its cause, or one of several addresses' causes. */
function codeOf(thrown: unknown): string | undefined {
  for (let error = thrown; error instanceof Error; error = inner(error)) {
    if ("code" in error && typeof error.code === "string" && Object.hasOwn(kinds, error.code)) return error.code;
  }
  return undefined;
}

/** The words of the error behind all others. */
function deepest(thrown: unknown): string {
  const below = thrown instanceof Error ? inner(thrown) : undefined;
  if (below !== undefined) return deepest(below);
  return thrown instanceof Error ? thrown.message : String(thrown);
}

const inner = (error: Error): unknown =>
  error instanceof AggregateError ? error.errors.find((one) => one instanceof Error) : error.cause;
