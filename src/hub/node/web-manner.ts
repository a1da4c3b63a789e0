import { HostError, ModelError, type RegraftError } from "../../base/errors.ts";
import type { Answer } from "./answer.ts";
import { later, type Manner, type Refused } from "./manner.ts";

/**
 * Requests to an address of the web: its login is for its own host alone, and a hub's token for none.
 *
 * @param login "user:password", as it stands in the address
 */
export function webManner({ origin }: URL, login: string | undefined): Manner {
  const basic = login === undefined ? {} : { authorization: `Basic ${Buffer.from(decoded(login)).toString("base64")}` };
  return {
    credentials: (address) => (address.origin === origin ? basic : {}),
    refusal,
    noNetwork: "Is there a network? Behind a proxy, set HTTPS_PROXY.",
  };
}

function refusal({ status, url }: Answer, { what, waitSeconds }: Refused): RegraftError {
  const { host } = new URL(url);
  if (status === 404 || status === 410) {
    return new ModelError("no-such-address", `There is nothing at ${what} (${status}).`, {
      hint: "Check its spelling.",
    });
  }
  if (status === 401 || status === 403) {
    return new HostError("access-denied", `${host} does not give ${what} to everybody (${status}).`, {
      hint: "A signed address expires after a while: get a new one. A login is written https://user:password@host/…, and is kept nowhere.",
    });
  }
  const isBusy = status === 429;
  const message = isBusy
    ? `${host} answers no more: too many requests (429).`
    : `${host} answers ${status} for ${what}.`;
  return isBusy || status === 408 || status >= 500
    ? new HostError("unreachable", message, { hint: `Try again ${later(waitSeconds)}.` })
    : new ModelError("no-such-address", message, { hint: "Check the address." });
}

/** What is no encoding stays as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
