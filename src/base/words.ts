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
