import { printable } from "./printable.ts";

/** 2223872 to "2,223,872". */
export const count = (value: number): string => value.toLocaleString("en-US");

/** "1 picture", "2 pictures". */
export const counted = (value: number, noun: string, plural = `${noun}s`): string =>
  `${count(value)} ${value === 1 ? noun : plural}`;

const units = ["bytes", "kB", "MB", "GB", "TB"] as const;

/** A size in decimal units, as file managers show it: "812 bytes", "14.2 MB", "140 MB", "2.1 GB". */
export function bytes(size: number): string {
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, size)) / 3)));
  const value = size / 1000 ** power;
  return `${power === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}

/** 0.9412 to "94.1%"; something that was not measured to "–". */
export const percent = (share: number | undefined): string =>
  share === undefined || !Number.isFinite(share) ? "–" : `${(share * 100).toFixed(1)}%`;

/** Four decimals; "NaN" where it is not a number, "–" where it was not measured. */
export const decimals = (value: number | undefined): string => (value === undefined ? "–" : value.toFixed(4));

/** A duration: "40 ms", "1.8 s", "42 s", "3 min 05 s". */
export function duration(seconds: number): string {
  if (seconds < 0.995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}

/**
 * A path as a shell takes it: in quotes where it holds more than plain characters, in those that know escapes where it holds
 * what a line of text cannot.
 */
export function shellWord(path: string): string {
  if (/^[\w@%+=:,./-]+$/.test(path)) return path;
  const shown = printable(path);
  if (shown === path) return `'${path.replaceAll("'", "'\\''")}'`;
  return `$'${printable(path.replaceAll("\\", "\\\\").replaceAll("'", "\\'"))}'`;
}
