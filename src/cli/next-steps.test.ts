import { expect, it } from "vitest";
import { memoryStore } from "../store/memory-store.ts";
import { nextSteps } from "./next-steps.ts";

async function storeOf(...paths: readonly string[]) {
  const store = memoryStore();
  for (const path of paths) await store.write(path, "");
  return store;
}

it("offers the validation folder and one of its pictures", async () => {
  const store = await storeOf("bees/train/ants/1.jpg", "bees/val/ants/2.jpg", "bees/val/bees/3.jpg");
  expect(await nextSteps({ run: "runs/a", data: "bees" }, store)).toEqual([
    "npx regraft evaluate runs/a bees/val",
    "npx regraft predict runs/a bees/val/ants/2.jpg",
  ]);
});

it("offers no evaluation on pictures that were trained on", async () => {
  const store = await storeOf("bees/ants/1.jpg", "bees/bees/3.jpg");
  expect(await nextSteps({ run: "runs/a", data: "bees", val: 0.2 }, store)).toEqual([
    "npx regraft predict runs/a bees/ants/1.jpg",
  ]);
});

it("takes the folder that --val named, and quotes what a shell would split", async () => {
  const store = await storeOf("bees/ants/1.jpg", "my val/ants/it's.jpg");
  expect(await nextSteps({ run: "runs/a", data: "bees", val: "my val" }, store)).toEqual([
    "npx regraft evaluate runs/a 'my val'",
    "npx regraft predict runs/a 'my val/ants/it'\\''s.jpg'",
  ]);
});
