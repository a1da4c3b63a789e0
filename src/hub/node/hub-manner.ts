import { HostError, ModelError, type RegraftError } from "../../base/errors.ts";
import type { Answer } from "./answer.ts";
import { later, type Manner, type Refused } from "./manner.ts";
import type { HubSettings } from "./settings.ts";

/** Requests to a hub and to where it keeps its files: the token is for the hub alone. */
export const hubManner = (settings: HubSettings): Manner => ({
  credentials: ({ origin }) => {
    const { token, endpoint } = settings;
    return token !== undefined && origin === new URL(endpoint).origin ? { authorization: `Bearer ${token}` } : {};
  },
  refusal: (response, refused) => refusal(response, refused, settings),
  noNetwork:
    "Is there a network? Behind a proxy, set HTTPS_PROXY; for a mirror, HF_ENDPOINT; without a network, HF_HUB_OFFLINE=1.",
});

function refusal(response: Answer, { what, waitSeconds }: Refused, { token, endpoint }: HubSettings): RegraftError {
  const { status, headers, url } = response;
  const { host, origin } = new URL(url);
  if (status === 429) {
    return new HostError("unreachable", `${host} answers no more: too many requests (429).`, {
      hint: `Try again ${later(waitSeconds)}. With a token (HF_TOKEN) more are allowed.`,
    });
  }
  // Where a hub keeps its files knows neither repositories nor us.
  if (origin !== new URL(endpoint).origin || status >= 500) {
    return new HostError("unreachable", `${host} answers ${status} for ${what}.`, {
      hint: `Try again ${later(waitSeconds)}.`,
    });
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
