/** 0.9412 to "94.1%"; something that was not measured to "–". */
export const percent = (share: number | undefined): string =>
  share === undefined || !Number.isFinite(share) ? "–" : `${(share * 100).toFixed(1)}%`;

/** Four decimals; "NaN" where it is not a number, "–" where it was not measured. */
export const decimals = (value: number | undefined): string => (value === undefined ? "–" : value.toFixed(4));

export { count, counted } from "../../base/words.ts";

/** A duration: "40 ms", "1.8 s", "42 s", "3 min 05 s". */
export function duration(seconds: number): string {
  if (seconds < 0.995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}

/** A countdown: "0:07", "12:30", "1:02:05". */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const digits = (value: number) => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${digits(minutes)}:${digits(rest)}` : `${minutes}:${digits(rest)}`;
}

/** A path as a shell takes it: in quotes where it holds more than plain characters. */
export const shellWord = (path: string): string =>
  /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
