import { describe, expect, test } from "vitest";
import { FakeRun } from "../../../test/fixtures/fake-control.ts";
import { epochRecord } from "../../../test/fixtures/fake-training.ts";
import { storeMethods } from "../../../test/fixtures/store-methods.ts";
import { HostError } from "../../base/errors.ts";
import { floats } from "../../base/tensor.ts";
import { decodeSafetensors } from "../../hub/safetensors.ts";
import { memoryStore } from "../../store/memory-store.ts";
import type { Store } from "../../store/store.ts";
import type { EpochRecord } from "../events.ts";
import { checkpoint } from "./checkpoint.ts";

async function trained(
  losses: readonly number[],
  {
    toBeat,
    store = memoryStore(),
  }: {
    readonly toBeat?: EpochRecord;
    readonly store?: Store;
  } = {},
) {
  const run = new FakeRun(checkpoint({ store, folder: "/run/checkpoints", phase: "tune", toBeat }));
  await run.begin();
  await run.valLosses(...losses);
  await run.end();
  return store;
}

const tensorsOf = async (store: Store, name: string) =>
  decodeSafetensors(await store.read(`/run/checkpoints/${name}/state.safetensors`));
const noteOf = async (store: Store, name: string): Promise<unknown> =>
  JSON.parse(await store.readText(`/run/checkpoints/${name}/state.json`));

describe("checkpoint", () => {
  test("keeps the last state with optimizer slots, and the best weights", async () => {
    const store = await trained([3, 1, 2]);
    expect(await tensorsOf(store, "last")).toEqual({ w: floats([3]), "momentum:w": floats([-3]) });
    expect(await tensorsOf(store, "best")).toEqual({ w: floats([2]) });
  });

  test("says beside them which epoch they are of", async () => {
    const store = await trained([3, 1, 2]);
    expect(await noteOf(store, "best")).toEqual({ phase: "tune", epoch: 2, loss: 1, accuracy: 0.5, valLoss: 1 });
    expect(await noteOf(store, "last")).toMatchObject({ phase: "tune", epoch: 3, valLoss: 2 });
  });

  test("leaves nothing else in its folder", async () => {
    expect(await (await trained([3, 1, 2])).list("/run/checkpoints")).toEqual(["best", "last"]);
  });

  test("a later phase replaces the best only where it beats the earlier one", async () => {
    const store = await trained([2]);
    await trained([5, 4], { store, toBeat: epochRecord(1, { valLoss: 2 }) });
    expect(await tensorsOf(store, "best")).toEqual({ w: floats([1]) });
    await trained([5, 1], { store, toBeat: epochRecord(1, { valLoss: 2 }) });
    expect(await tensorsOf(store, "best")).toEqual({ w: floats([2]) });
  });

  test("an epoch whose loss is not a number is never the best", async () => {
    const store = await trained([Number.NaN]);
    expect(await store.list("/run/checkpoints")).toEqual(["last"]);
  });

  test("a full disk in the middle leaves the older checkpoint whole", async () => {
    const store = memoryStore();
    await trained([3], { store });
    let room = 1;
    const full: Store = {
      ...storeMethods(store),
      write: async (path, content) => {
        if (room-- <= 0) throw new HostError("disk-full", "full");
        await store.write(path, content);
      },
    };
    await expect(trained([9, 1], { store: full })).rejects.toMatchObject({ code: "disk-full" });
    expect(await tensorsOf(store, "last")).toMatchObject({ w: floats([1]) });
    expect(await noteOf(store, "last")).toMatchObject({ epoch: 1, valLoss: 3 });
  });
});
