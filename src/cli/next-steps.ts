import { findParts } from "../data/folder-layout.ts";
import { foldersIn, picturesIn } from "../data/picture-files.ts";
import { operand } from "../report/command-again.ts";
import type { Store } from "../store/store.ts";
import { shellWord } from "./output/format.ts";

/**
 * Commands that make sense after a run, with paths that exist. Pictures the model was trained on are not offered for
 * evaluation.
 */
export async function nextSteps(
  { run, data, val }: { readonly run: string; readonly data: string; readonly val?: string | number | undefined },
  store: Store,
): Promise<readonly string[]> {
  const parts = await findParts(data, store);
  const validation = typeof val === "string" ? val : val === undefined ? parts.val : undefined;
  const picture = await firstPicture(validation ?? parts.train, store);
  return [
    ...(validation === undefined ? [] : [command("evaluate", run, validation)]),
    picture === undefined ? `${command("predict", run)} <pictures>` : command("predict", run, picture),
  ];
}

const command = (name: string, ...paths: readonly string[]): string =>
  ["npx regraft", name, ...paths.map((path) => shellWord(operand(path)))].join(" ");

async function firstPicture(folder: string, store: Store): Promise<string | undefined> {
  for (const name of await foldersIn(store, folder)) {
    const inside = store.join(folder, name);
    const [first] = await picturesIn(store, inside);
    if (first !== undefined) return store.join(inside, first);
  }
  return undefined;
}
