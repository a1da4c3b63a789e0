import { HostError } from "../base/errors.ts";
import type { Store } from "../store/store.ts";
import type { Host } from "./host.ts";

/** Where the parts of a demo lie inside its folder. */
export const demoPaths = (store: Store, folder: string) => ({
  folder,
  /** {train,val}/<class>/*.png */
  pictures: store.join(folder, "pictures"),
  /** <class>/*.png, only predicted. */
  unseen: store.join(folder, "unseen"),
  run: store.join(folder, "run"),
  /** What came out. It also says that the folder is a demo's. */
  about: store.join(folder, "demo.json"),
});

export type DemoPaths = ReturnType<typeof demoPaths>;

/**
 * Makes the demo's folder. Of an earlier demo its pictures are removed; its run stays until a new one takes its place.
 *
 * @throws {HostError} "run-exists" where something stands there that is no demo
 */
export async function clearDemoFolder(paths: DemoPaths, { store }: Pick<Host, "store">): Promise<void> {
  const { folder, about } = paths;
  const kind = await store.kind(folder);
  const isEmpty = kind === undefined || (kind === "folder" && (await store.list(folder)).length === 0);
  if (!isEmpty && (await store.kind(about)) !== "file") {
    throw new HostError("run-exists", `"${folder}" exists, and is not the folder of a demo.`, {
      hint: "Choose another --out.",
    });
  }
  await store.write(about, `${JSON.stringify({ stopped: "running" })}\n`);
  for (const drawn of [paths.pictures, paths.unseen]) await store.remove(drawn);
}
