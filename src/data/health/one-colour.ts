import type { Fingerprint } from "./fingerprint.ts";

/** Levels of brightness, of 255, that grain and JPEG make of one colour. */
const leastContrast = 2;
/** Two colours of equal brightness are two colours. */
const leastShare = 0.5;

export const isOneColour = ({ contrast, commonest }: Fingerprint): boolean =>
  contrast < leastContrast && commonest >= leastShare;
