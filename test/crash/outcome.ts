import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** SHA-256 of what a run came to, by file: its models, and its history without the seconds. */
export function outcomeOf(run: string): Readonly<Record<string, string>> {
  const history = readFileSync(join(run, "history.jsonl"), "utf8").replaceAll(/,"seconds":[^,}]*/g, "");
  const models = filesBelow(run).filter(
    (file) => /(model\.onnx|\.safetensors)$/.test(file) && !file.startsWith("checkpoints"),
  );
  const files = models.map((file) => [file, sha256(readFileSync(join(run, file)))] as const);
  return Object.fromEntries([["history.jsonl", sha256(Buffer.from(history))], ...files]);
}

const filesBelow = (folder: string): readonly string[] => readdirSync(folder, { recursive: true }).map(String).sort();

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Names in which two outcomes differ. */
export function differences(
  one: Readonly<Record<string, string>>,
  other: Readonly<Record<string, string>>,
): readonly string[] {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return names.filter((name) => one[name] !== other[name]);
}

/** What a run's folder has that none should: what was written half and never taken away. */
export const leftovers = (run: string): readonly string[] =>
  filesBelow(run).filter((file) => /\.tmp$|\.partial|\.old$|\.regraft-/.test(file));
