import { copyFileSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const shared = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..", "shared", "data", "hymenoptera");

/** Real photos where they are at hand. */
export const photos = existsSync(join(shared, "train")) ? shared : undefined;

/** Copies some pictures of each class, so that a training takes seconds. */
export function copySome(from: string, to: string, counts: { readonly train: number; readonly val: number }): void {
  for (const [split, count] of Object.entries(counts)) {
    for (const name of readdirSync(join(from, split))) {
      mkdirSync(join(to, split, name), { recursive: true });
      const files = readdirSync(join(from, split, name))
        .sort()
        .slice(0, count);
      for (const file of files) copyFileSync(join(from, split, name, file), join(to, split, name, file));
    }
  }
}
