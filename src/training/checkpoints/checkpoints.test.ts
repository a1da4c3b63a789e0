import { describe, expect, test } from "vitest";
import { storeMethods } from "../../../test/fixtures/store-methods.ts";
import { HostError } from "../../base/errors.ts";
import { floats } from "../../base/tensor.ts";
import { memoryStore } from "../../store/memory-store.ts";
import type { Store } from "../../store/store.ts";
import { Checkpoints } from "./checkpoints.ts";

const folder = "/run/checkpoints";

/** A checkpoint after each of some places [epochs, steps]; its only number is where it stands in the row. */
async function written(places: readonly (readonly [epochs: number, steps: number])[], { keep = 2 } = {}) {
  const store = memoryStore();
  const checkpoints = new Checkpoints({ store, folder, keep });
  for (const [at, [epochs, steps]] of places.entries()) {
    const best = await checkpoints.writeBest(epochs, { w: floats([-at]) });
    await checkpoints.write({ epochs, steps, state: { w: floats([at]) }, note: `note ${at}`, needs: [best] });
  }
  return { store, checkpoints };
}

const placesIn = async (store: Store) =>
  (await store.list(folder)).map((name) => name.replace(/-[0-9a-f]{8}\.safetensors$/, ""));

async function damaged(store: Store, start: string, change: (bytes: Uint8Array) => Uint8Array): Promise<void> {
  const file = (await store.list(folder)).find((name) => name.startsWith(start));
  const path = store.join(folder, file ?? "none");
  await store.write(path, change(await store.read(path)));
}

describe("the checkpoints of a run", () => {
  test("are had back, the one that got furthest, with what it needs", async () => {
    const { checkpoints } = await written([
      [1, 0],
      [9, 5],
      [10, 0],
    ]);
    const { checkpoint, refused } = await checkpoints.latest();
    expect(refused).toEqual([]);
    expect(checkpoint).toMatchObject({ epochs: 10, steps: 0, note: "note 2", state: { w: floats([2]) } });
    expect([...(checkpoint?.needed.values() ?? [])]).toEqual([{ w: floats([-2]) }]);
  });

  test("are none where there is no folder", async () => {
    const none = await new Checkpoints({ store: memoryStore(), folder, keep: 1 }).latest();
    expect(none).toEqual({ checkpoint: undefined, refused: [] });
  });

  test.each([1, 2, 3])("are the last %i, and the best weights that those need", async (keep) => {
    const { store } = await written(
      [
        [1, 0],
        [2, 0],
        [2, 7],
        [3, 0],
      ],
      { keep },
    );
    const last = ["after-epoch-3-step-0", "after-epoch-2-step-7", "after-epoch-2-step-0"].slice(0, keep);
    expect((await placesIn(store)).filter((name) => name.startsWith("after"))).toEqual(last.sort());
    expect(await placesIn(store)).toContain("best-epoch-3");
  });

  test("written at an earlier place take the later ones away: those are of another course", async () => {
    const { store } = await written([
      [5, 0],
      [2, 3],
    ]);
    expect((await placesIn(store)).filter((name) => name.startsWith("after"))).toEqual(["after-epoch-2-step-3"]);
  });

  const cuts = Array.from({ length: 20 }, (_, at) => at / 20);
  test.each(cuts)("cut off at a share of %f, the last is refused and the one before it taken", async (share) => {
    const { store, checkpoints } = await written([
      [1, 0],
      [2, 0],
    ]);
    await damaged(store, "after-epoch-2", (bytes) => bytes.subarray(0, Math.floor(share * bytes.length)));
    const { checkpoint, refused } = await checkpoints.latest();
    expect(checkpoint).toMatchObject({ epochs: 1, note: "note 0" });
    expect(refused).toEqual([
      { file: expect.stringContaining("after-epoch-2"), reason: expect.stringContaining("checksum is another one") },
    ]);
    expect(await placesIn(store)).not.toContain("after-epoch-2-step-0");
  });

  test("changed in a single bit, any of them, it is refused", async () => {
    const { store } = await written([[1, 0]]);
    const [file = ""] = (await store.list(folder)).filter((name) => name.startsWith("after"));
    const bytes = await store.read(store.join(folder, file));
    for (let at = 0; at < bytes.length; at++) {
      await store.write(
        store.join(folder, file),
        bytes.map((byte, place) => (place === at ? byte ^ (1 << (at % 8)) : byte)),
      );
      const { checkpoint } = await new Checkpoints({ store, folder, keep: 1 }).latest();
      expect(checkpoint).toBeUndefined();
    }
  });

  test.each(["missing", "cut off"])("whose best weights are %s are refused", async (how) => {
    const { store, checkpoints } = await written([
      [1, 0],
      [2, 0],
    ]);
    const file = (await store.list(folder)).find((name) => name.startsWith("best-epoch-2")) ?? "";
    if (how === "missing") await store.remove(store.join(folder, file));
    else await damaged(store, "best-epoch-2", (bytes) => bytes.subarray(1));
    const { checkpoint, refused } = await checkpoints.latest();
    expect(checkpoint).toMatchObject({ epochs: 1 });
    expect(refused).toHaveLength(1);
  });

  test("stay as they are where the disk is full", async () => {
    const { store } = await written([[1, 0]]);
    const full: Store = {
      ...storeMethods(store),
      write: () => Promise.reject(new HostError("disk-full", "full")),
    };
    const checkpoints = new Checkpoints({ store: full, folder, keep: 1 });
    const next = { epochs: 2, steps: 0, state: { w: floats([1]) }, note: "", needs: [] };
    await expect(checkpoints.write(next)).rejects.toMatchObject({ code: "disk-full" });
    expect((await checkpoints.latest()).checkpoint).toMatchObject({ epochs: 1, note: "note 0" });
  });
});
