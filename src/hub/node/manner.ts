import type { RegraftError } from "../../base/errors.ts";
import type { Answer } from "./answer.ts";

/** Whom requests are to: what is sent along to whom, and what it means where nothing comes back. */
export interface Manner {
  /** Headers that a request to there needs, and no other host may learn. */
  credentials(address: URL): Readonly<Record<string, string>>;
  /** What an answer of 400 and more means. */
  refusal(response: Answer, refused: Refused): RegraftError;
  /** What to do where nobody can be reached. */
  readonly noNetwork: string;
}

export interface Refused {
  /** What was asked for, for messages. */
  readonly what: string;
  readonly waitSeconds: number | undefined;
}

/** "in 20 seconds" where whoever refuses says so. */
export const later = (waitSeconds: number | undefined): string =>
  waitSeconds === undefined ? "later" : `in ${Math.ceil(waitSeconds)} seconds: it asks for that`;
