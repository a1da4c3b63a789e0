export { count, counted, decimals, duration, percent, shellWord } from "../../base/words.ts";

/** A countdown: "0:07", "12:30", "1:02:05". */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const digits = (value: number) => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${digits(minutes)}:${digits(rest)}` : `${minutes}:${digits(rest)}`;
}
