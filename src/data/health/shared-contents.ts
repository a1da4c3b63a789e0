import type { ErrorCode } from "../../base/error-codes.ts";
import { RegraftError } from "../../base/errors.ts";
import type { Store } from "../../store/store.ts";
import { readPictureBytes } from "../picture-bytes.ts";
import { prefetch } from "../prefetch.ts";
import { type CopyGroup, exactCopies } from "./copies.ts";
import type { ExaminedPicture, PlacedPicture } from "./examine.ts";
import { contentKey } from "./murmur-hash.ts";

/** Files that are open at a time. */
const parallel = 16;

/**
 * Files of the same bytes in two splits. Only files are read whose length occurs in both: few, among photos; nothing is decoded,
 * and what cannot be read is passed over.
 *
 * @returns groups of places in `pictures`
 */
export async function contentsInTwoSplits(
  pictures: readonly PlacedPicture[],
  store: Store,
): Promise<readonly CopyGroup[]> {
  const sizes = await collected(
    pictures.map(
      ({ path }) =>
        () =>
          sizeOf(path, store),
    ),
  );
  const splits = new Map<number, Set<string>>();
  for (const [at, { split }] of pictures.entries()) {
    const size = sizes[at];
    if (size === undefined) continue;
    splits.set(size, (splits.get(size) ?? new Set()).add(split));
  }
  const isShared = (at: number) => (splits.get(sizes[at] ?? -1)?.size ?? 0) > 1;
  const read: readonly Pick<ExaminedPicture, "content">[] = await collected(
    pictures.map(
      ({ path }, at) =>
        async () =>
          isShared(at) ? contentOf(path, store) : {},
    ),
  );
  return exactCopies(read).filter((group) => new Set(group.map((at) => pictures[at]?.split)).size > 1);
}

async function collected<T>(tasks: readonly (() => Promise<T>)[]): Promise<readonly T[]> {
  const results: T[] = [];
  for await (const result of prefetch(tasks, { ahead: parallel })) results.push(result);
  return results;
}

async function sizeOf(path: string, store: Store): Promise<number | undefined> {
  return unlessUnreadable(async () => {
    const file = await store.open(path);
    await file.close();
    return file.sizeBytes;
  });
}

async function contentOf(path: string, store: Store): Promise<Pick<ExaminedPicture, "content">> {
  const content = await unlessUnreadable(async () => contentKey(await readPictureBytes(path, store)));
  return content === undefined ? {} : { content };
}

const unreadable: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["unreadable-image", "read-failed", "no-such-file"]);

/** Training tells of what it cannot read. */
async function unlessUnreadable<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RegraftError && unreadable.has(error.code)) return undefined;
    throw error;
  }
}
