import { optionText, type RunOption } from "./command-again.ts";
import type { SettingReport } from "./data.ts";

/** The options of a run.json as a report shows them. */
export const settingsTold = (options: Readonly<Record<string, RunOption>>): readonly SettingReport[] =>
  Object.entries(options).map(([name, { value, from }]) => ({
    name: spoken(name),
    value: settingText(name, value),
    from,
  }));

/** "headLearningRate" to "head learning rate". */
export const spoken = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

function settingText(name: string, value: unknown): string {
  if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  const text = optionText(name, value);
  if (name === "checkpointEvery") return text.endsWith("s") ? `${text.slice(0, -1)} seconds` : `${text} steps`;
  if (name === "budget") return text.endsWith("s") ? `${text.slice(0, -1)} seconds each` : `${text} epochs each`;
  return Array.isArray(value) ? text.replaceAll(",", ", ") : text;
}

/** What is trained on, as a person would call it: the last part of its path. */
export const lastPart = (path: string): string => path.split(/[\\/]/).filter(Boolean).at(-1) ?? path;
